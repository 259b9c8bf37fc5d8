/** What is kept on a server beside a release: what it runs with, sealed. */
import type { Entries } from './entry.ts';

export const RELEASES = {
  MANIFEST_CHANGED: {
    meaning: {
      zh: '服务器上记录的版本运行设置，不是 Runsheet 为这台服务器上的这个版本写下的那一份；没有做任何改动。',
      en: 'What is kept on a server of the settings that a release runs with is not what Runsheet wrote for that release on that server; nothing was changed there.',
    },
    messages: {
      content: {
        message: {
          zh: '{server} 上 {file}（{version} 的运行设置）的内容与签名不符',
          en: 'on {server}, {file}, with which {version} runs, is not as it was signed',
        },
        remedy: {
          zh: '查明是谁改了它；删除该文件后，会按 runsheet.yaml 当前的设置启动 {version}',
          en: 'find out who changed it; once the file is deleted, {version} is started with the settings of runsheet.yaml instead',
        },
      },
      foreign: {
        message: {
          zh: '{server} 上 {file} 是为别处写下的：{written}，而这里需要 {wanted}',
          en: 'on {server}, {file} was written for something else: {written}, where {wanted} is needed',
        },
        remedy: {
          zh: '查明是谁把它放到那里；删除该文件后，会按 runsheet.yaml 当前的设置启动 {version}',
          en: 'find out who put it there; once the file is deleted, {version} is started with the settings of runsheet.yaml instead',
        },
      },
    },
  },
  MANIFEST_KEY_UNKNOWN: {
    meaning: {
      zh: '服务器上记录的版本运行设置，是用本 worker 没有的密钥签名的；没有做任何改动。',
      en: 'What is kept on a server of the settings that a release runs with was signed with a key that this worker does not have; nothing was changed there.',
    },
    messages: {
      unknown: {
        message: {
          zh: '{server} 上 {file}（{version} 的运行设置）由密钥 {key} 签名，本 worker 没有它的公钥',
          en: 'on {server}, {file}, with which {version} runs, was signed with the key {key}, whose public half this worker does not have',
        },
        remedy: {
          zh: '各 worker 共用一个密钥（RUNSHEET_SEAL_KEY），或把 seal-{key}.pub 从签名的 worker 复制到密钥所在的文件夹；密钥已丢失时，删除该文件后，会按 runsheet.yaml 当前的设置启动 {version}',
          en: 'give all workers one key (RUNSHEET_SEAL_KEY), or copy seal-{key}.pub from the worker that signed it into the folder of the key; where the key is lost, delete the file, and {version} is started with the settings of runsheet.yaml instead',
        },
      },
    },
  },
  NEWER_MANIFEST: {
    meaning: {
      zh: '版本的运行设置由更新的 Runsheet 写下，这个版本读不了；没有做任何改动。',
      en: 'The settings that a release runs with were written by a later Runsheet in a form that this one does not read; nothing was changed there.',
    },
    messages: {
      form: {
        message: {
          zh: '{server} 上 {file} 的格式为 {schema}，本 Runsheet 只读格式 1',
          en: 'on {server}, {file} has the form {schema}; this Runsheet reads form 1',
        },
        remedy: {
          zh: '请使用写下它的 Runsheet 版本，或更新的版本',
          en: 'go on with the Runsheet that wrote it, or a newer one',
        },
      },
    },
  },
  NEWER_RUNSHEET: {
    meaning: {
      zh: '服务器上的记录由更新的 Runsheet 写下，这个版本读不了；没有做任何改动。',
      en: 'What is kept on a server was written by a later Runsheet in a form that this one does not read; nothing was changed there.',
    },
    messages: {
      form: {
        message: {
          zh: '{server} 上 {file} 的格式为 {schema}，本 Runsheet 只读格式 {own}',
          en: '{file} on {server} has the form {schema}; this Runsheet reads form {own}',
        },
        remedy: {
          zh: '更新的 Runsheet 部署过 {server}：请使用该版本，或更新的版本',
          en: 'go on with the later Runsheet that has deployed to {server}, or a newer one',
        },
      },
    },
  },
  NOTHING_TO_RESTART: {
    meaning: {
      zh: '要重启的服务器在运行开始前没有运行任何版本。',
      en: 'On a server that is to be restarted, nothing ran before the run.',
    },
    messages: {
      server: {
        message: {
          zh: '运行开始前，{server} 上没有运行任何版本',
          en: 'nothing ran on {server} before this run',
        },
        remedy: { zh: '请先部署一个版本', en: 'deploy a version there first' },
      },
    },
  },
  SEAL_KEY_UNUSABLE: {
    meaning: {
      zh: '用来给版本运行设置签名的密钥文件读不了，或不是 Ed25519 私钥。',
      en: 'The key with which the settings of releases are signed cannot be read, or is no Ed25519 private key.',
    },
    messages: {
      unusable: {
        message: {
          zh: '{file} 不是可用的 Ed25519 私钥',
          en: '{file} holds no Ed25519 private key that can be read',
        },
        remedy: {
          zh: '`openssl genpkey -algorithm ed25519 -out {file}`，并只允许 worker 的用户读取；RUNSHEET_SEAL_KEY 是它的路径',
          en: '`openssl genpkey -algorithm ed25519 -out {file}`, which only the user of the worker may read; RUNSHEET_SEAL_KEY is its path',
        },
      },
      noPublic: {
        message: {
          zh: '{folder} 中没有 Ed25519 公钥（*.pub），构建 worker 无法核对它该做什么',
          en: '{folder} holds no Ed25519 public key (*.pub), so that a worker that builds cannot verify what it is told',
        },
        remedy: {
          zh: '从部署 worker 的密钥文件夹（默认 .runsheet/keys）复制 seal-*.pub 到这里；私钥留在那里',
          en: 'copy seal-*.pub here from the keys folder of the worker that deploys (.runsheet/keys by default); the private key stays there',
        },
      },
    },
  },
} as const satisfies Entries;

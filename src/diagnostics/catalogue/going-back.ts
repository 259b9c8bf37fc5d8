/** Going back to a version that was kept, and what a run that was ended in the middle leaves. */
import type { Entries } from './entry.ts';

const ANOTHER = {
  zh: '请用 --to 指定其中一个，或重新发布该版本',
  en: 'name one of these with --to, or deploy the version anew',
} as const;

export const GOING_BACK = {
  RELEASE_NOT_KEPT: {
    meaning: {
      zh: '要回到的版本没有成功部署的记录，或服务器没有保留它；没有更改任何服务器。',
      en: 'The version to go back to is not on record as good, or a server has not kept it; no server was changed.',
    },
    messages: {
      noRecord: {
        message: {
          zh: '{service}/{environment} 没有 {version} 成功部署的记录；有记录的：{versions}',
          en: '{service}/{environment} has no record that {version} was deployed; on record: {versions}',
        },
        remedy: ANOTHER,
      },
      nowhere: {
        message: {
          zh: '没有服务器运行或保留 {version}；有的版本：{versions}',
          en: 'no server runs {version} or has kept it; they have: {versions}',
        },
        remedy: ANOTHER,
      },
      several: {
        message: {
          zh: '服务器上有多个版本都叫 {version}：{digests}',
          en: 'the servers have several releases that are called {version}: {digests}',
        },
        remedy: {
          zh: '请统一到另一个版本，然后重新发布',
          en: 'settle on another version, then deploy this one anew',
        },
      },
      server: {
        message: {
          zh: '{server} 没有保留 {version}；保留的：{versions}',
          en: '{server} has not kept {version}; it has: {versions}',
        },
        remedy: ANOTHER,
      },
      files: {
        message: {
          zh: '{server} 没有保留 {version} 的配置文件 {files}',
          en: '{server} has not kept the configuration files {files} of {version}',
        },
        remedy: { zh: '请重新发布该版本', en: 'deploy the version anew' },
      },
      nothingElse: {
        message: {
          zh: '{service}/{environment} 在正在运行的版本之前，没有成功部署且未被放弃的版本；服务器保留的：{versions}',
          en: '{service}/{environment} has no good version on record from before the one that runs; kept on the servers: {versions}',
        },
        remedy: {
          zh: '用 --to 指定一个成功部署过的版本，或重新发布一个版本',
          en: 'name one that was deployed before with --to, or deploy a version anew',
        },
      },
    },
  },
  DIRTY_ENVIRONMENT: {
    meaning: {
      zh: '上一张发布单在更改服务器时被终止或重置，什么都没有撤销；在修复之前，其他发布单不会开始。',
      en: 'The run before was terminated or reset while it changed servers, and nothing was undone; no other run begins there before it is repaired.',
    },
    messages: {
      ended: {
        message: {
          zh: '发布单 {run} 在更改 {service}/{environment} 的服务器时被终止，什么都没有撤销',
          en: 'the run {run} was ended while it changed the servers of {service}/{environment}, and nothing was undone',
        },
        remedy: {
          zh: '`runsheet repair {service} {environment}`',
          en: '`runsheet repair {service} {environment}`',
        },
      },
    },
  },
} as const satisfies Entries;

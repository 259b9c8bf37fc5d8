/** Sources, archives, artifacts and secrets, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const FSCK = {
  zh: '请用 git fsck 检查仓库，并检查磁盘的剩余空间',
  en: 'check the repository with git fsck and the free space of the disk',
} as const;

const GIT_FAILED = {
  zh: '对 {subject} 的 git 调用失败：{reason}',
  en: 'git failed for {subject}: {reason}',
} as const;

const NO_VALUE = {
  zh: '密钥 {reference} 没有值',
  en: 'The secret {reference} has no value',
} as const;

const REFERENCE = {
  zh: '请写成 secret://env/NAME、secret://file/NAME 或 secret://command/NAME',
  en: 'write secret://env/NAME, secret://file/NAME or secret://command/NAME',
} as const;

const NO_TAG = {
  zh: '版本 {version} 不对应任何提交：仓库中没有标签 {tag}',
  en: 'The version {version} names no commit: the repository has no tag {tag}',
} as const;

const ARTIFACTS = {
  zh: '请检查 runsheet.yaml 的 artifacts',
  en: 'check artifacts in runsheet.yaml',
} as const;

export const STORED = {
  REFUSED: {
    artifactsDenied: {
      message: {
        zh: '产物存储 {place} 拒绝访问：{reason}',
        en: 'The artifact store {place} refused access: {reason}',
      },
      remedy: {
        zh: '请检查 runsheet.yaml 的 artifacts 中的用户或密钥，以及其权限',
        en: 'check the user or the keys under artifacts in runsheet.yaml, and their rights',
      },
    },
  },
  UNAVAILABLE: {
    artifactsSilent: {
      message: {
        zh: '产物存储 {place} 没有应答：{reason}',
        en: 'The artifact store {place} does not answer: {reason}',
      },
      remedy: {
        zh: '请检查它是否在运行，以及 runsheet.yaml 的 artifacts',
        en: 'check that it runs, and artifacts in runsheet.yaml',
      },
    },
    gitEnded: { message: GIT_FAILED, remedy: FSCK },
    secretCommandFailed: {
      message: {
        zh: '密钥 {reference} 的程序 {program} 没有给出值：{reason}',
        en: 'The program {program} of the secret {reference} gave no value: {reason}',
      },
      remedy: {
        zh: '请在项目文件夹中以 worker 的用户和环境运行 runsheet.yaml 里 secrets.commands.{name} 的命令',
        en: "run the command of secrets.commands.{name} in runsheet.yaml in the project's folder, as the worker's user and in its environment",
      },
    },
  },
  NOT_FOUND: {
    sourceNoVersion: {
      message: {
        zh: '版本 {version} 没有源代码：没有文件夹 {folder}',
        en: 'The version {version} has no source: there is no folder {folder}',
      },
      remedy: {
        zh: '请给出存在的版本，或改正 runsheet.yaml 的 source.path',
        en: 'name a version that exists, or correct source.path in runsheet.yaml',
      },
    },
    sourceNoFolder: {
      message: { zh: '没有源代码文件夹 {folder}', en: 'There is no source folder {folder}' },
      remedy: {
        zh: '请改正 runsheet.yaml 的 source.path',
        en: 'correct source.path in runsheet.yaml',
      },
    },
    sourceGone: {
      message: {
        zh: '源代码 {revision} 的锁定副本不在这台机器上，或已被更改',
        en: 'The pinned copy of the source {revision} is not on this machine, or has been changed',
      },
      remedy: {
        zh: '请重新开始发布；发布期间状态文件夹 .runsheet/sources 必须保留，多个 worker 的源代码文件夹必须相同，或使用 git',
        en: 'start the run again; the state folder .runsheet/sources must stay while it runs, and several workers need the same source folder, or git',
      },
    },
    sourceNoRepository: {
      message: {
        zh: '源代码文件夹 {folder} 不在任何 git 仓库中：{reason}',
        en: 'The source folder {folder} is in no git repository: {reason}',
      },
      remedy: {
        zh: '请在那里运行 git init 并为版本打标签，或把 runsheet.yaml 的 source.kind 设为 folder',
        en: 'run git init there and tag a version, or set source.kind to folder in runsheet.yaml',
      },
    },
    sourceNoTag: {
      message: NO_TAG,
      remedy: {
        zh: '最新的标签有 {tags}；请给提交打标签（git tag {tag} <提交>），或改正版本或 source.tag',
        en: 'the newest tags are {tags}: tag the commit (git tag {tag} <commit>), or correct the version or source.tag',
      },
    },
    sourceNoTags: {
      message: NO_TAG,
      remedy: {
        zh: '仓库还没有标签；请给提交打标签（git tag {tag} <提交>），或改正版本或 source.tag',
        en: 'the repository has no tags: tag the commit (git tag {tag} <commit>), or correct the version or source.tag',
      },
    },
    secretCommand: {
      message: NO_VALUE,
      remedy: {
        zh: '请在 runsheet.yaml 的 secrets.commands.{name} 下写出给出它的程序和参数',
        en: 'write the program that prints it, with its arguments, under secrets.commands.{name} in runsheet.yaml',
      },
    },
    secretVariable: {
      message: NO_VALUE,
      remedy: {
        zh: '请在启动 worker 的地方设置环境变量 {variable}',
        en: 'set the environment variable {variable} where the worker starts',
      },
    },
    secretFile: {
      message: NO_VALUE,
      remedy: {
        zh: '请把它写入 {file}，只允许 worker 读取',
        en: 'write it to {file}, readable by the worker only',
      },
    },
    secretEither: {
      message: NO_VALUE,
      remedy: {
        zh: '请在启动 worker 的地方设置环境变量 {variable}，或把它写入 {file}，只允许 worker 读取',
        en: 'set the environment variable {variable} where the worker starts, or write it to {file}, readable by the worker only',
      },
    },
  },
  INVALID: {
    gitFailed: { message: GIT_FAILED, remedy: FSCK },
    sourcePathOfVersion: {
      message: {
        zh: 'source.path 中有 ${version}，而 source.kind 是 git',
        en: 'source.path holds ${version}, and source.kind is git',
      },
      remedy: {
        zh: '请在 runsheet.yaml 中把 ${version} 写到 source.tag，或把 source.kind 设为 folder',
        en: 'put ${version} into source.tag, or set source.kind to folder, in runsheet.yaml',
      },
    },
    sourceNoCommit: {
      message: { zh: '{revision} 不是提交号', en: '{revision} is no commit id' },
      remedy: {
        zh: '请重新开始发布，让它的版本得到解析',
        en: 'start the run again, so that its version is resolved',
      },
    },
    artifactsNotTaken: {
      message: {
        zh: '产物存储 {place} 不接受请求：{reason}',
        en: 'The artifact store {place} does not take the request: {reason}',
      },
      remedy: ARTIFACTS,
    },
    artifactReference: {
      message: {
        zh: '{reference} 不是产物的引用',
        en: '{reference} is no artifact reference',
      },
      remedy: {
        zh: '引用写作 artifact:<requestId>/<name>',
        en: 'a reference reads artifact:<requestId>/<name>',
      },
    },
    archiveNoFile: {
      message: {
        zh: '镜像应包含 {path}，而构建没有生成这个文件',
        en: 'The image should include {path}, and the build made no such file',
      },
      remedy: {
        zh: '请改正 runsheet.yaml 的 image.include，或 commands.package 生成的内容',
        en: 'correct image.include in runsheet.yaml, or what commands.package makes',
      },
    },
    secretReference: {
      message: { zh: '{reference} 不是密钥的引用', en: '{reference} is no secret reference' },
      remedy: REFERENCE,
    },
    secretValue: {
      message: {
        zh: '给出的值不是密钥的引用',
        en: 'The value given is no secret reference',
      },
      remedy: REFERENCE,
    },
  },
} as const satisfies ByKind;

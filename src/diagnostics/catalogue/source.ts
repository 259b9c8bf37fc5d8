/** The source of a version, and where it is checked out. */
import type { Entries } from './entry.ts';
import { OUTSIDE } from './outside.ts';

const SET = {
  zh: '请为 worker 设置 RUNSHEET_CHECKOUTS，指向项目之外、只供它使用的文件夹',
  en: 'set RUNSHEET_CHECKOUTS for the worker to a folder of its own outside the project',
} as const;

export const SOURCE = {
  SOURCE_INCOMPLETE: {
    meaning: {
      zh: '源代码指向的内容不在其中：Git LFS、git-annex、子模块、git-crypt、git 过滤器，或仓库是部分克隆。',
      en: 'The source names content that it does not hold: Git LFS, git-annex, submodules, git-crypt, a git filter, or a partial clone.',
    },
    messages: {
      missing: {
        message: {
          zh: '{version} 的源代码不完整：{found}',
          en: 'the source of {version} is incomplete: {found}',
        },
        remedy: {
          zh: '请把内容本身提交到仓库，或用 source.path 指定不含它们的文件夹，或设置 source.kind: folder 并在该文件夹中运行 {commands}',
          en: 'commit the content itself, or name a folder without it in source.path, or set source.kind: folder and run {commands} in that folder',
        },
      },
      partialClone: {
        message: {
          zh: '项目的仓库是部分克隆，缺少 {revision} 的内容',
          en: "the project's repository is a partial clone that lacks contents of {revision}",
        },
        remedy: {
          zh: '用 git fetch --refetch --no-filter 取回，或完整克隆仓库',
          en: 'fetch them with git fetch --refetch --no-filter, or clone the repository whole',
        },
      },
    },
  },
  PATH_OUTSIDE_PROJECT: {
    meaning: {
      zh: '一个路径或链接离开了它应在的文件夹。',
      en: 'A path or a link leaves the folder that it belongs to.',
    },
    messages: {
      source: {
        message: {
          zh: '{path} 指向源代码之外',
          en: '{path} leads out of the source',
        },
        remedy: {
          zh: '请改用源代码文件夹内的相对路径，不含 ".."，也不经过指向外面的链接',
          en: 'use a path below the folder of the source, without "..", and no link that leads out of it',
        },
      },
      ...OUTSIDE,
    },
  },
  SOURCE_NOT_RESOLVED: {
    meaning: {
      zh: '一个步骤需要源代码，而本次运行还没有确定它。',
      en: 'A step needs the source, which this run has not resolved.',
    },
    messages: {
      version: {
        message: {
          zh: '本次运行还没有确定版本 {version} 的源代码',
          en: 'the version {version} has not been resolved to a source in this run',
        },
        remedy: { zh: '请重新开始发布', en: 'start the run again' },
      },
    },
  },
  SOURCE_DIFFERS: {
    meaning: {
      zh: '构建 worker 的源代码中，该版本不是运行开始时确定的那一个。',
      en: 'In the source of a worker that builds, the version is not what the run was begun with.',
    },
    messages: {
      worker: {
        message: {
          zh: '版本 {version} 在这个 worker 上是 {here}；本次运行确定的是 {pinned}，而它不在这里',
          en: 'the version {version} is {here} on this worker; the run was begun with {pinned}, which is not here',
        },
        remedy: {
          zh: '请让各 worker 的源代码一致（同一个 git 远程仓库），再重新开始发布',
          en: 'give all workers the same source (one git remote), and start the run again',
        },
      },
    },
  },
  CHECKOUT_GONE: {
    meaning: {
      zh: '检出的源代码是新的：之前的步骤在其中生成的文件已不在，这些步骤会重新执行。',
      en: 'The checkout is a new one: what earlier steps made in it is gone, and they are done again.',
    },
    messages: {
      made: {
        message: {
          zh: '本次运行之前的检出已不在这个 worker 上',
          en: "the run's earlier checkout is no longer on this worker",
        },
      },
    },
  },
  CHECKOUTS_FOLDER: {
    meaning: {
      zh: '检出源代码的文件夹不可用：它在项目或另一个 git 工作区中，或不属于 worker 的用户。',
      en: "The folder for checkouts cannot be used: it is inside the project or another git work tree, or is not the worker's user's own.",
    },
    messages: {
      insideProject: {
        message: {
          zh: '检出的代码会放在项目之内的 {folder}，工具会把它们当作项目的文件',
          en: 'checkouts would lie in {folder}, inside the project, whose files tools would take for theirs',
        },
        remedy: SET,
      },
      insideWorkTree: {
        message: {
          zh: '检出的代码会放在 {folder}，它在 git 工作区 {workTree} 之内，工具会遵循那里的 .gitignore',
          en: 'checkouts would lie in {folder}, inside the git work tree {workTree}, whose .gitignore tools would heed',
        },
        remedy: SET,
      },
      notOurs: {
        message: {
          zh: '{folder} 不是 worker 的用户自己的文件夹',
          en: "{folder} is not a folder of the worker's own user",
        },
        remedy: SET,
      },
    },
  },
} as const satisfies Entries;

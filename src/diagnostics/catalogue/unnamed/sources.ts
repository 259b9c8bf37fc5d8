/** The tag of a version, in the project's clone and at the remote that it is fetched from. */
import type { ByKind } from '../entry.ts';

const NO_TAG_HERE = {
  zh: '版本 {version} 不对应任何提交：这个克隆中没有标签 {tag}',
  en: 'The version {version} names no commit: this clone has no tag {tag}',
} as const;

const NOT_FETCHED = {
  zh: '没有从远程仓库 {remote} 取回标签 {tag}：{reason}',
  en: 'The tag {tag} was not fetched from the remote {remote}: {reason}',
} as const;

export const SOURCES = {
  UNAVAILABLE: {
    sourceNotFetched: {
      message: NOT_FETCHED,
      remedy: {
        zh: '请检查 worker 能否访问 {remote}，在项目文件夹中运行 git fetch {remote} 可以试出来',
        en: 'check that the worker reaches {remote}: git fetch {remote} in the project folder shows it',
      },
    },
  },
  NOT_FOUND: {
    sourceNoTagHere: {
      message: NO_TAG_HERE,
      remedy: {
        zh: '请用 git fetch --tags {remote} 取回，或设置 source.remote: {remote}，每次运行都会取回它的标签；这里最新的标签有 {tags}。否则请改正版本或 source.tag',
        en: 'fetch it with git fetch --tags {remote}, or set source.remote: {remote}, so that every run fetches its tag; the newest tags here are {tags}. Otherwise correct the version or source.tag',
      },
    },
    sourceNoTagsHere: {
      message: NO_TAG_HERE,
      remedy: {
        zh: '这里还没有标签：请用 git fetch --tags {remote} 取回，或设置 source.remote: {remote}，每次运行都会取回它的标签',
        en: 'there are no tags here: fetch them with git fetch --tags {remote}, or set source.remote: {remote}, so that every run fetches its tag',
      },
    },
    sourceNoTagAtRemote: {
      message: {
        zh: '版本 {version} 不对应任何提交：远程仓库 {remote} 没有标签 {tag}',
        en: 'The version {version} names no commit: the remote {remote} has no tag {tag}',
      },
      remedy: {
        zh: '请推送它（git push {remote} {tag}），或改正版本或 source.tag',
        en: 'push it (git push {remote} {tag}), or correct the version or source.tag',
      },
    },
    sourceNoRemote: {
      message: {
        zh: '项目的仓库没有名为 {remote} 的远程仓库',
        en: "The project's repository has no remote {remote}",
      },
      remedy: {
        zh: '它有 {remotes}；请改正 runsheet.yaml 的 source.remote',
        en: 'it has {remotes}: correct source.remote in runsheet.yaml',
      },
    },
  },
  REFUSED: {
    sourceOtherOwner: {
      message: {
        zh: '仓库 {path} 属于 {owner}，而 worker 以 {user} 运行：git 不读取别人的仓库',
        en: 'The repository {path} belongs to {owner}, and the worker runs as {user}: git reads no repository of another user',
      },
      remedy: {
        zh: '请以 {user} 的身份运行 {command}，或以 {owner} 的身份运行 worker',
        en: 'as {user}, run {command}, or run the worker as {owner}',
      },
    },
    sourceFetchRefused: {
      message: NOT_FETCHED,
      remedy: {
        zh: '请让 worker 的用户不经询问就能取回：在项目文件夹中以它的身份运行 git fetch {remote} 可以试出来',
        en: "let the worker's user fetch without being asked anything: git fetch {remote} in the project folder shows it",
      },
    },
  },
  CONFLICT: {
    sourceTagDiffers: {
      message: {
        zh: '这个克隆中的标签 {tag} 与远程仓库 {remote} 的不同',
        en: 'The tag {tag} of this clone is another one than the remote {remote} has',
      },
      remedy: {
        zh: '请查明哪一个正确；若是远程仓库的，请在项目文件夹中运行 {command}',
        en: "find out which is right; where it is the remote's, run {command} in the project folder",
      },
    },
  },
  INVALID: {
    sourceTagName: {
      message: {
        zh: '版本 {version} 不对应任何提交：git 的标签不能叫 {tag}',
        en: 'The version {version} names no commit: {tag} is no name that git allows for a tag',
      },
      remedy: {
        zh: '请改正版本或 runsheet.yaml 的 source.tag',
        en: 'correct the version, or source.tag in runsheet.yaml',
      },
    },
    sourceTagNoCommit: {
      message: {
        zh: '版本 {version} 不对应任何提交：标签 {tag} 指向一个 {type}',
        en: 'The version {version} names no commit: the tag {tag} names a {type}',
      },
      remedy: {
        zh: '请把标签打在提交上（git tag --force {tag} <提交>），或改正版本或 source.tag',
        en: 'tag the commit (git tag --force {tag} <commit>), or correct the version or source.tag',
      },
    },
  },
} as const satisfies ByKind;

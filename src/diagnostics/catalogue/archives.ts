/** What makes the archive of a release unsafe to unpack. */
import type { Entries, Sentence } from './entry.ts';

const AGAIN = {
  zh: '请从源代码重新构建这个版本；不要部署这个归档',
  en: 'build the release again from its source; do not deploy this archive',
} as const;

const ENTRIES = {
  outside: {
    message: {
      zh: '{name} 的归档中，{path} 的路径离开了它的文件夹',
      en: 'the archive of {name} holds {path}, a path out of its folder',
    },
    remedy: AGAIN,
  },
  type: {
    message: {
      zh: '{name} 的归档中，{path} 既不是文件、文件夹，也不是符号链接',
      en: 'the archive of {name} holds {path}, which is neither a file, a folder nor a symbolic link',
    },
    remedy: AGAIN,
  },
  special: {
    message: {
      zh: '{name} 的归档中，{path} 带有 setuid、setgid 或 sticky 位',
      en: 'the archive of {name} holds {path}, with a setuid, setgid or sticky bit',
    },
    remedy: AGAIN,
  },
  content: {
    message: {
      zh: '{name} 的归档中，{path} 不是文件却有内容',
      en: 'the archive of {name} holds {path}, no file and yet with content',
    },
    remedy: AGAIN,
  },
  target: {
    message: {
      zh: '{name} 的归档中，链接 {path} 的目标并非每个程序都读成一样',
      en: 'the archive of {name} holds {path}, a link without a target that every program reads the same',
    },
    remedy: AGAIN,
  },
  headers: {
    message: {
      zh: '{name} 的归档中，{path} 之前有各程序读法不同的头部',
      en: 'the archive of {name} holds {path}, with headers before it that programs read differently',
    },
    remedy: AGAIN,
  },
  twice: {
    message: {
      zh: '{name} 的归档中，{path} 出现了两次',
      en: 'the archive of {name} holds {path}, a second time',
    },
    remedy: AGAIN,
  },
  through: {
    message: {
      zh: '{name} 的归档中，{path} 的路径穿过了链接或文件',
      en: 'the archive of {name} holds {path}, a path through a link or a file',
    },
    remedy: AGAIN,
  },
  linkOut: {
    message: {
      zh: '{name} 的归档中，链接 {path} 离开了它的文件夹',
      en: 'the archive of {name} holds {path}, a link out of its folder',
    },
    remedy: AGAIN,
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const ARCHIVES = {
  ARCHIVE_UNSAFE: {
    meaning: {
      zh: '版本的归档可能写到文件夹之外、填满磁盘，或被不同程序读出不同内容；没有解开它。',
      en: 'The archive of a release could write outside its folder, fill a disk, or be read differently by another program; it is not unpacked.',
    },
    messages: {
      unreadable: {
        message: {
          zh: '{name} 的归档不能作为 tar 归档读取',
          en: 'the archive of {name} cannot be read as a tar archive',
        },
        remedy: AGAIN,
      },
      empty: {
        message: { zh: '{name} 的归档是空的', en: 'the archive of {name} is empty' },
        remedy: AGAIN,
      },
      bytes: {
        message: {
          zh: '{name} 的归档解开后超过 {limit} 字节',
          en: 'the archive of {name} is larger than {limit} bytes when unpacked',
        },
        remedy: AGAIN,
      },
      entries: {
        message: {
          zh: '{name} 的归档超过 {limit} 个条目',
          en: 'the archive of {name} has more than {limit} entries',
        },
        remedy: AGAIN,
      },
      ...ENTRIES,
    },
  },
} as const satisfies Entries;

/** Paths that leave the folder that they belong to. */
import type { Sentences } from './entry.ts';

const REQUEST_ID = {
  zh: '请求的编号只含字母、数字、"-" 和 "_"',
  en: 'a request id is letters, digits, "-" and "_"',
} as const;

export const OUTSIDE = {
  folder: {
    message: { zh: '{path} 离开了它的文件夹', en: '{path} leaves its folder' },
    remedy: {
      zh: '请使用文件夹内的路径，不含 ".."，也不经过指向外面的链接',
      en: 'use a path below the folder, without "..", and no link that leads out of it',
    },
  },
  runFolder: {
    message: {
      zh: '{id} 不能作为运行文件夹的名称',
      en: '{id} cannot name the folder of a run',
    },
    remedy: REQUEST_ID,
  },
  checkout: {
    message: {
      zh: '{id} 不能作为运行的检出文件夹的名称',
      en: '{id} cannot name the checkout of a run',
    },
    remedy: REQUEST_ID,
  },
  builds: {
    message: { zh: '{path} 离开了构建的文件夹', en: '{path} leaves the folder of builds' },
    remedy: {
      zh: '请使用不含 ".." 的仓库名和标签',
      en: 'use a repository and a tag without ".."',
    },
  },
  include: {
    message: {
      zh: '{path} 离开了镜像的 context，或既不是文件、文件夹，也不是链接',
      en: "{path} leads out of the image's context, or is no file, folder or link",
    },
    remedy: {
      zh: '请只包含留在 context 之内的文件、文件夹和链接',
      en: 'include only files, folders and links that stay inside the context',
    },
  },
  context: {
    message: {
      zh: 'image.context {path} 离开了检出目录',
      en: 'image.context {path} leaves the checkout',
    },
    remedy: { zh: '请改为检出目录之内的路径', en: 'use a path inside the checkout' },
  },
  report: {
    message: { zh: '{about}：{problem}', en: '{about}: {problem}' },
    remedy: {
      zh: '请查看 {place}，并检查{settings}',
      en: 'see {place}, and check {settings}',
    },
  },
} as const satisfies Sentences;

/** What is too large of what a run keeps, builds or fetches. */
import type { Sentences } from './entry.ts';

const FOLDER = {
  zh: '请让 runsheet.yaml 的 source.path 只指向服务自己的文件夹',
  en: 'point source.path in runsheet.yaml at the folder of the service alone',
} as const;

export const SIZES = {
  artifact: {
    message: {
      zh: '{name} 有 {bytes} 字节，最多保存 {limit} 字节',
      en: '{name} has {bytes} bytes, at most {limit} are kept',
    },
    remedy: { zh: '请让工具写较短的报告', en: 'let the tool write a shorter report' },
  },
  image: {
    message: { zh: '镜像的内容超过 {limit}', en: 'the image holds more than {limit}' },
    remedy: {
      zh: '请在 runsheet.yaml 的 image.include 中列出版本需要的内容',
      en: 'name what the release needs in image.include of runsheet.yaml',
    },
  },
  sourceFolder: {
    message: {
      zh: '源代码文件夹 {folder} 中的文件超过 {limit} 个',
      en: 'the source folder {folder} holds more than {limit} files',
    },
    remedy: FOLDER,
  },
  sourceTree: {
    message: {
      zh: '{tree} 的文件名多得读不完',
      en: 'the names of the files of {tree} are more than can be read',
    },
    remedy: FOLDER,
  },
  registryAnswer: {
    message: {
      zh: '{url} 的应答大于上限',
      en: 'the answer of {url} is larger than it may be',
    },
    remedy: { zh: '请检查推送到那里的内容', en: 'check what was pushed there' },
  },
} as const satisfies Sentences;

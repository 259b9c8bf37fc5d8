/** Values that a run sheet or a request gives, and that a program behind an action does not take. */
import type { Sentences } from './entry.ts';

export const VALUES = {
  version: {
    message: { zh: '{value} 不是版本号', en: '{value} is not a version' },
    remedy: {
      zh: '请使用字母、数字、"."、"_" 和 "-"，最多 128 个',
      en: 'use letters, digits, ".", "_" and "-", at most 128 of them',
    },
  },
  image: {
    message: { zh: '{value} 不是镜像', en: '{value} names no image' },
    remedy: {
      zh: '请给出标签、摘要（sha256:…），或带标签或摘要的完整名称',
      en: 'give a tag, a digest (sha256:…), or a whole name with one of them',
    },
  },
  filledTag: {
    message: { zh: '{value} 不是镜像标签', en: '{value} is no image tag' },
    remedy: {
      zh: '标签只含字母、数字、"_"、"." 和 "-"，最多 128 个',
      en: 'a tag is letters, digits, "_", "." and "-", at most 128 of them',
    },
  },
  haproxyBackend: {
    message: {
      zh: '{value} 不是 HAProxy 的 backend',
      en: '{value} is no backend of HAProxy',
    },
    remedy: {
      zh: '请只用字母、数字和 - _ . :',
      en: 'give letters, digits and - _ . : only',
    },
  },
  haproxyServer: {
    message: { zh: '{value} 不是 HAProxy 的服务器', en: '{value} is no server of HAProxy' },
    remedy: {
      zh: '请只用字母、数字和 - _ . :',
      en: 'give letters, digits and - _ . : only',
    },
  },
  haproxyWeight: {
    message: { zh: '{value} 不是 HAProxy 的权重', en: '{value} is no weight of HAProxy' },
    remedy: { zh: '请给出 0 到 {most} 的整数', en: 'give a whole number from 0 to {most}' },
  },
  nginxWeight: {
    message: { zh: '{value} 不是 nginx 的权重', en: '{value} is no weight of nginx' },
    remedy: {
      zh: '请给出 1 或更大的整数；要让服务器不接收请求，请将它移出',
      en: 'give a whole number from 1; a server that is to get no requests is taken out',
    },
  },
  haproxyRoute: {
    message: { zh: '{value} 不是 HAProxy 的路由', en: '{value} is no route of HAProxy' },
    remedy: {
      zh: '请给出只含字母、数字和 - _ . ~ % / 的路径',
      en: 'give a path of letters, digits and - _ . ~ % / only',
    },
  },
  haproxyMap: {
    message: {
      zh: '{value} 不是 HAProxy 的映射文件',
      en: '{value} is no map file of HAProxy',
    },
    remedy: {
      zh: '请给出不含空格的绝对路径',
      en: 'give an absolute path without spaces',
    },
  },
} as const satisfies Sentences;

/** What a repair without Temporal has left on a server. */
import type { Entries } from './entry.ts';

const REMEDY = {
  zh: '查明是谁把它放到那里或改了它，然后删除该文件；它没有写入记录',
  en: 'find out who put it there or changed it, then delete the file; it was not put on record',
} as const;

export const REPAIRS = {
  REPAIR_ENTRY_REFUSED: {
    meaning: {
      zh: '服务器上的一份「没有 Temporal 时的修复」的记录不可信；没有写入记录，发布单照常执行。',
      en: 'An entry of a repair without Temporal on a server is not believed; it was not put on record, and the run goes on.',
    },
    messages: {
      content: {
        message: {
          zh: '{server} 上 {file} 的内容与签名不符',
          en: 'on {server}, {file} is not as it was signed',
        },
        remedy: REMEDY,
      },
      key: {
        message: {
          zh: '{server} 上 {file} 由密钥 {key} 签名，本 worker 没有它的公钥',
          en: 'on {server}, {file} was signed with the key {key}, whose public half this worker does not have',
        },
        remedy: {
          zh: '各 worker 共用一个密钥（RUNSHEET_SEAL_KEY），或把 seal-{key}.pub 从签名的 worker 复制到密钥所在的文件夹；不认识这个密钥时，删除该文件',
          en: 'give all workers one key (RUNSHEET_SEAL_KEY), or copy seal-{key}.pub from the worker that signed it into the folder of the key; where nobody knows that key, delete the file',
        },
      },
      form: {
        message: {
          zh: '{server} 上 {file} 的格式不是本 Runsheet 所读的',
          en: 'on {server}, {file} has a form that this Runsheet does not read',
        },
        remedy: {
          zh: '请使用写下它的 Runsheet 版本，或更新的版本',
          en: 'go on with the Runsheet that wrote it, or a newer one',
        },
      },
      foreign: {
        message: {
          zh: '{server} 上 {file} 是为别处写下的',
          en: 'on {server}, {file} was written for something else',
        },
        remedy: REMEDY,
      },
    },
  },
} as const satisfies Entries;

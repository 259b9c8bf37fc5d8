/**
 * Failures that have no name of their own: their code is the kind, and what they say stands alone, so
 * that it begins as a sentence does.
 */
import type { Entries } from '../entry.ts';
import { BALANCERS } from './balancers.ts';
import { CHANNELS } from './channels.ts';
import { DOCKER_ENGINE } from './docker.ts';
import { STORED } from './files.ts';
import { NGINX } from './nginx.ts';
import { PROCESSES } from './processes.ts';
import { REGISTRY } from './registry.ts';
import { REQUESTS } from './requests.ts';
import { SERVERS } from './servers.ts';
import { SOURCES } from './sources.ts';

export const UNNAMED = {
  UNAVAILABLE: {
    meaning: {
      zh: '所求之事没有做成，再试可能成功：会自动重试一段时间。',
      en: 'What was asked for was not done, and may be when it is asked for again: it is tried again for a while.',
    },
    messages: {
      ...SERVERS.UNAVAILABLE,
      ...DOCKER_ENGINE.UNAVAILABLE,
      ...PROCESSES.UNAVAILABLE,
      ...REGISTRY.UNAVAILABLE,
      ...BALANCERS.UNAVAILABLE,
      ...NGINX.UNAVAILABLE,
      ...STORED.UNAVAILABLE,
      ...SOURCES.UNAVAILABLE,
      ...CHANNELS.UNAVAILABLE,
      ...REQUESTS.UNAVAILABLE,
    },
  },
  UNREACHABLE: {
    meaning: {
      zh: '那个地址上没有应答：会自动重试一段时间。',
      en: 'Nothing answers at that address: it is tried again for a while.',
    },
    messages: {
      ...BALANCERS.UNREACHABLE,
      ...NGINX.UNREACHABLE,
      ...CHANNELS.UNREACHABLE,
      ...REQUESTS.UNREACHABLE,
    },
  },
  NOT_FOUND: {
    meaning: { zh: '所指的东西不在那里。', en: 'What is named is not there.' },
    messages: {
      ...SERVERS.NOT_FOUND,
      ...DOCKER_ENGINE.NOT_FOUND,
      ...PROCESSES.NOT_FOUND,
      ...REGISTRY.NOT_FOUND,
      ...BALANCERS.NOT_FOUND,
      ...NGINX.NOT_FOUND,
      ...STORED.NOT_FOUND,
      ...SOURCES.NOT_FOUND,
      ...CHANNELS.NOT_FOUND,
    },
  },
  REFUSED: {
    meaning: {
      zh: '对方拒绝，在改正设置之前再试也会拒绝。',
      en: 'It is refused, and will be refused again until a setting is corrected.',
    },
    messages: {
      ...SERVERS.REFUSED,
      ...REGISTRY.REFUSED,
      ...BALANCERS.REFUSED,
      ...NGINX.REFUSED,
      ...SOURCES.REFUSED,
      ...STORED.REFUSED,
      ...CHANNELS.REFUSED,
      ...REQUESTS.REFUSED,
    },
  },
  CONFLICT: {
    meaning: {
      zh: '有别的东西挡着：另一个版本、另一个程序，或在别处做的设置。',
      en: 'Something else stands in the way: another release, another program, or what was set elsewhere.',
    },
    messages: {
      ...SERVERS.CONFLICT,
      ...DOCKER_ENGINE.CONFLICT,
      ...PROCESSES.CONFLICT,
      ...BALANCERS.CONFLICT,
      ...NGINX.CONFLICT,
      ...SOURCES.CONFLICT,
    },
  },
  INVALID: {
    meaning: {
      zh: '一个值，或一个程序的应答，不能使用。',
      en: 'A value, or what a program answered, cannot be used.',
    },
    messages: {
      ...SERVERS.INVALID,
      ...DOCKER_ENGINE.INVALID,
      ...PROCESSES.INVALID,
      ...REGISTRY.INVALID,
      ...BALANCERS.INVALID,
      ...NGINX.INVALID,
      ...STORED.INVALID,
      ...SOURCES.INVALID,
      ...CHANNELS.INVALID,
      ...REQUESTS.INVALID,
    },
  },
} as const satisfies Entries;

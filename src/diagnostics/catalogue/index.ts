/** Every code with its sentences, by who finds it. */
import type { Localized } from '../language.ts';
import { ARCHIVES } from './archives.ts';
import { BATCHES } from './batches.ts';
import { BUILDS } from './builds.ts';
import { DECISIONS } from './decisions.ts';
import { DOCKER } from './docker.ts';
import type { Entries } from './entry.ts';
import { FILES } from './files.ts';
import { GOING_BACK } from './going-back.ts';
import { IMAGES } from './images.ts';
import { ON_CALL } from './on-call.ts';
import { PROJECT_FILE } from './project-file.ts';
import { PROOF } from './proof.ts';
import { REGISTRY } from './registry.ts';
import { RELEASES } from './releases.ts';
import { REPAIRS } from './repairs.ts';
import { REQUEST } from './request.ts';
import { SERVICES } from './services.ts';
import { SOURCE } from './source.ts';
import { SSH } from './ssh.ts';
import { SURROUNDINGS } from './surroundings.ts';
import { TEMPLATE } from './template.ts';
import { UNNAMED } from './unnamed/index.ts';

export const CATALOGUE = {
  ...FILES,
  ...TEMPLATE,
  ...BATCHES,
  ...REQUEST,
  ...ON_CALL,
  ...PROJECT_FILE,
  ...SOURCE,
  ...BUILDS,
  ...REGISTRY,
  ...IMAGES,
  ...ARCHIVES,
  ...SSH,
  ...DOCKER,
  ...RELEASES,
  ...GOING_BACK,
  ...REPAIRS,
  ...SERVICES,
  ...PROOF,
  ...DECISIONS,
  ...SURROUNDINGS,
  ...UNNAMED,
} as const satisfies Entries;

export interface Chapter {
  readonly title: Localized;
  readonly entries: Entries;
}

/** The same in the order of the documentation. */
export const CHAPTERS: readonly Chapter[] = [
  { title: { zh: '文件', en: 'Files' }, entries: FILES },
  { title: { zh: '操作单', en: 'The run sheet' }, entries: TEMPLATE },
  { title: { zh: '分批', en: 'Batches' }, entries: BATCHES },
  { title: { zh: '运行请求', en: 'The run request' }, entries: { ...REQUEST, ...ON_CALL } },
  { title: { zh: '项目文件', en: 'The project file' }, entries: PROJECT_FILE },
  { title: { zh: '源代码', en: 'The source' }, entries: SOURCE },
  { title: { zh: '构建与测试', en: 'Builds and tests' }, entries: BUILDS },
  { title: { zh: '镜像', en: 'Images' }, entries: { ...REGISTRY, ...IMAGES, ...ARCHIVES } },
  { title: { zh: '通往服务器', en: 'The way to a server' }, entries: SSH },
  { title: { zh: '服务器上的 Docker 与磁盘', en: 'Docker and disks' }, entries: DOCKER },
  {
    title: { zh: '服务器上的版本', en: 'Releases on servers' },
    entries: { ...RELEASES, ...GOING_BACK, ...REPAIRS },
  },
  { title: { zh: '服务', en: 'Services' }, entries: SERVICES },
  { title: { zh: '对活动的要求', en: 'What activities are told' }, entries: PROOF },
  { title: { zh: '决定', en: 'Decisions' }, entries: DECISIONS },
  { title: { zh: '周围环境', en: 'Surroundings' }, entries: SURROUNDINGS },
  { title: { zh: '其他失败', en: 'Other failures' }, entries: UNNAMED },
];

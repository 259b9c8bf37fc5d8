/**
 * A version that servers have kept, started again with all that it ran with: what a rollback and a repair
 * are made of. Nothing is built. A server that runs the version already is left as it is.
 */
import { CHECK } from '../code/limits.ts';
import { defineAction, defineFact } from '../define.ts';
import { restoreConfiguration } from './configure.ts';
import { SERVER } from './limits.ts';
import { removeService } from './start.ts';

export const releaseOnRecord = defineFact({
  id: 'release.on_record',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '版本有成功记录', en: 'Version recorded as good' },
  phrases: {
    zh: ['该版本有成功的部署记录'],
    en: ['The version is on record as deployed here'],
  },
});

/** The record names the digest. */
export const findRelease = defineAction({
  ...CHECK,
  id: 'release.find',
  phrases: {
    zh: ['从部署记录找到要回到的版本'],
    en: ['Find the version to go back to in the records'],
  },
  uses: ['image'],
  needs: [],
  provides: ['kept-release'],
  measures: [releaseOnRecord],
});

export const releaseSettled = defineFact({
  id: 'release.settled',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '要统一的版本已确定', en: 'Version to settle on' },
  phrases: {
    zh: ['要统一的版本已确定'],
    en: ['The version to settle on is known'],
  },
});

/** A run with this action is a repair: it alone begins where another run was ended in the middle. */
export const settleVersion = defineAction({
  ...CHECK,
  id: 'release.settle',
  phrases: {
    zh: ['查看每台服务器，确定要统一的版本'],
    en: ['Look at every server and settle on the version'],
  },
  uses: ['image'],
  needs: [],
  provides: ['kept-release'],
  measures: [releaseSettled],
});

export const releaseKept = defineFact({
  id: 'release.kept',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '服务器保留着该版本', en: 'Version kept on the servers' },
  phrases: {
    zh: ['所有服务器都保留着该版本'],
    en: ['All servers have kept the version'],
  },
});

export const checkKept = defineAction({
  ...SERVER,
  id: 'release.check',
  phrases: {
    zh: ['确认服务器保留着该版本'],
    en: ['Make sure that the server has kept the version'],
  },
  uses: [],
  needs: ['kept-release'],
  provides: [],
  measures: [releaseKept],
});

export const configurationReturned = defineFact({
  id: 'config.returned',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '该版本的配置已就位', en: "The version's configuration in place" },
  phrases: {
    zh: ['该版本的配置文件已就位'],
    en: ["The version's own configuration is in place"],
  },
});

export const returnConfiguration = defineAction({
  ...SERVER,
  id: 'config.return',
  phrases: {
    zh: ['放回该版本的配置文件'],
    en: ["Put the version's own configuration files back"],
  },
  uses: ['files'],
  needs: ['lock', 'kept-release'],
  provides: [],
  measures: [configurationReturned],
  compensation: restoreConfiguration,
});

export const releaseStarted = defineFact({
  id: 'release.started',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '该版本已启动', en: 'Version started' },
  phrases: {
    zh: ['所有服务器都运行该版本'],
    en: ['The version runs on all servers'],
  },
});

export const startKept = defineAction({
  ...SERVER,
  id: 'release.start',
  phrases: {
    zh: ['按原样启动该版本'],
    en: ['Start the version as it ran'],
  },
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
  needs: ['lock', 'kept-release'],
  takes: ['stopped-service'],
  provides: ['running-service'],
  measures: [releaseStarted],
  effect: { version: 'new' },
  compensation: removeService,
});

export const tidyServer = defineAction({
  ...SERVER,
  id: 'service.tidy',
  phrases: {
    zh: ['清理没有做完的部分'],
    en: ['Clear away what is half done'],
  },
  uses: [],
  needs: ['lock'],
  provides: [],
  measures: [],
});

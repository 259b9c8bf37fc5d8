/**
 * What actions hand on to each other. A resource of scope `run` is there once, one of scope `server`
 * on each server. What the run itself provides needs no action before it.
 */
import type { Localized } from '../diagnostics/diagnostic.ts';

interface Resource {
  readonly scope: 'run' | 'server';
  readonly label: Localized;
  /** When the run itself provides it; absent: only actions do. */
  readonly byRun?: Localized;
}

const BEFORE_STEP_1: Localized = { zh: '第一步之前', en: 'before the first step' };
const BEFORE_CHANGES: Localized = {
  zh: '第一个更改服务器的步骤之前',
  en: 'before the first step that changes servers',
};

export const RESOURCES = {
  checkout: {
    scope: 'run',
    label: { zh: '源代码检出', en: 'checkout' },
    byRun: BEFORE_STEP_1,
  },
  'test-report': { scope: 'run', label: { zh: '测试报告', en: 'test report' } },
  'compiled-code': { scope: 'run', label: { zh: '编译结果', en: 'compiled code' } },
  package: { scope: 'run', label: { zh: '应用程序包', en: 'package' } },
  'built-image': { scope: 'run', label: { zh: '已构建的镜像', en: 'built image' } },
  'pushed-image': { scope: 'run', label: { zh: '已推送的镜像', en: 'pushed image' } },
  'kept-release': {
    scope: 'run',
    label: { zh: '保留的版本', en: 'release that was kept' },
  },
  lock: {
    scope: 'run',
    label: { zh: '环境锁', en: 'lock of the environment' },
    byRun: BEFORE_CHANGES,
  },
  'release-on-server': {
    scope: 'server',
    label: { zh: '服务器上的新版本', en: 'release on the server' },
  },
  'out-of-pool': { scope: 'server', label: { zh: '已摘除', en: 'out of the pool' } },
  'no-requests': { scope: 'server', label: { zh: '无在途请求', en: 'no requests in flight' } },
  'stopped-service': { scope: 'server', label: { zh: '已停止的服务', en: 'stopped service' } },
  configuration: { scope: 'server', label: { zh: '新配置', en: 'new configuration' } },
  'running-service': { scope: 'server', label: { zh: '运行中的服务', en: 'running service' } },
  'ready-service': { scope: 'server', label: { zh: '就绪的服务', en: 'ready service' } },
  'in-pool': { scope: 'server', label: { zh: '已挂载', en: 'in the pool' } },
  report: {
    scope: 'run',
    label: { zh: '运行报告', en: 'report of the run' },
    byRun: { zh: '任何时候', en: 'at any time' },
  },
} as const satisfies Readonly<Record<string, Resource>>;

export type ResourceId = keyof typeof RESOURCES;

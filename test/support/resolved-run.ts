/** A resolved request of the seed's plan, with settings that every test shares. */
import { BALANCERS } from '../../src/config/balancers/index.ts';
import type { Json, Plan } from '../../src/plan/plan.ts';
import type { Overrides, ResolvedRun } from '../../src/plan/run.ts';
import type { ProjectSettings } from '../../src/plan/settings.ts';
import { compiledSeed } from './compiled-seed.ts';
import { CONTAINER_DEFAULTS, IMAGE_DEFAULTS } from './default-settings.ts';

export const SETTINGS: ProjectSettings = {
  source: { path: '.', kind: 'git', tag: '${version}' },
  commands: {},
  tests: { reports: ['reports/*.xml'], coverage: [], critical: { name: 'critical' } },
  image: { repository: 'hello', context: '.', kind: 'process', include: ['**'], ...IMAGE_DEFAULTS },
  runtime: {
    command: ['node', 'server.js'],
    environment: {},
    port: 8080,
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    keepReleases: 3,
  },
  container: CONTAINER_DEFAULTS,
  files: [],
  drain: { allowCutRequests: 0 },
  health: {
    path: '/health',
    status: 200,
    timeoutSeconds: 2,
    ready: { successes: 3, intervalMilliseconds: 200, limitSeconds: 30 },
    smoke: [],
    performance: { path: '/', requests: 50, perSecond: 50 },
  },
  balancer: {
    kind: 'embedded',
    capabilities: BALANCERS.embedded.capabilities,
    pool: 'hello',
    verify: { requests: 30, path: '/' },
    maxDeviationPercent: 20,
    minimumSamples: 20,
    floorPercent: 0,
    weights: {},
    routes: {},
  },
  channels: { configured: ['email'] },
  actions: {
    数据库迁移验证: { argv: ['node', 'migrate.js'], on: 'first-server', timeoutSeconds: 120 },
  },
};

export interface RequestOptions {
  readonly plan?: Plan;
  readonly settings?: Partial<ProjectSettings>;
  readonly overrides?: Partial<Overrides>;
  readonly language?: 'zh' | 'en';
  readonly service?: string;
  readonly reminderSeconds?: number;
  readonly warnings?: readonly string[];
}

/** What resolvePlan gives for these parameters; unset ones are a deployment to production. */
export function resolvedRun(
  parameters: Readonly<Record<string, Json>>,
  options: RequestOptions = {},
): ResolvedRun {
  const filled: Record<string, Json> = {
    environment: 'production',
    servers: ['app-server-1', 'app-server-2', 'app-server-3'],
    version: 'v2.1.0',
    skip_tests: false,
    ...parameters,
  };
  return {
    plan: options.plan ?? compiledSeed(),
    planDigest: `sha256:${'a'.repeat(64)}`,
    settings: { ...SETTINGS, ...options.settings },
    project: 'hello',
    service: options.service ?? 'hello',
    parameters: filled,
    environment: String(filled['environment']),
    version: String(filled['version']),
    servers: filled['servers'] as string[],
    overrides: { skip: [], add: [], ...options.overrides },
    rollingFrom: null,
    poolSize: (filled['servers'] as string[]).length,
    requestedBy: 'carol',
    language: options.language ?? 'zh',
    warnings: options.warnings ?? [],
    approval: { allowSelfApproval: false, reminderSeconds: options.reminderSeconds ?? 3600 },
  };
}

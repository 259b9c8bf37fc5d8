/** A request to a project without a load balancer: the time without service is told to who approves. */
import { describe, expect, it } from 'vitest';
import { planDigest } from '../../../src/compiler/index.ts';
import { resolveRequest } from '../../../src/compiler/request/resolve.ts';
import type { RollingSettings } from '../../../src/plan/plan.ts';
import { NO_BALANCER, planWithoutPool } from '../../support/without-pool.ts';

const plan = planWithoutPool();

function told(pool: readonly string[], request: object = {}, rolling?: RollingSettings) {
  const production = { servers: pool, ...(rolling !== undefined && { rolling }) };
  const { diagnostics } = resolveRequest({
    plan,
    planDigest: planDigest(plan),
    inputs: [{ environment: 'production', servers: [...pool], version: 'v1', ...request }],
    project: { environments: { production }, actions: {}, balancer: NO_BALANCER },
    templateFiles: [],
  });
  return diagnostics.map(({ code, severity, message }) => ({ code, severity, ...message }));
}

describe('the time in which the service does not work', () => {
  it('is told of the only server, up to the step that starts it', () => {
    expect(told(['worker-1'])).toEqual([
      {
        code: 'NO_SERVICE_BETWEEN',
        severity: 'warning',
        zh: 'production：唯一的服务器会停止，没有负载均衡代替它接收请求：从步骤 6 到步骤 7 服务在那里不工作',
        en: 'production: the only server is stopped, with no load balancer to send requests elsewhere: from step 6 to step 7 the service does not work there',
      },
    ]);
  });

  it.each([
    ['all servers are stopped at the same time', {}],
    ['the servers of a batch are stopped at the same time', { batches: 1 }],
  ])('is told of several: %s', (servers, request) => {
    const texts = told(['worker-1', 'worker-2'], request).map(({ en }) => en);
    expect(texts).toContain(
      `production: ${servers}, with no load balancer to send requests elsewhere: from step 6 to step 7 the service does not work there`,
    );
  });
});

it.each([
  ['a request', { batches: 1, minimum_in_pool: '50%' }, undefined],
  ['the project', {}, { batches: [{ kind: 'count', servers: 1 }], minimumInPoolPercent: 50 }],
] as const)('a minimum in pool is refused, whoever asks for it: %s', (_who, request, rolling) => {
  expect(told(['worker-1', 'worker-2'], request, rolling)).toMatchObject([
    {
      code: 'ROLLING_UNSATISFIABLE',
      severity: 'error',
      en: 'the minimum in pool (50%) takes a load balancer, and this project has none (balancer.kind: none)',
    },
  ]);
});

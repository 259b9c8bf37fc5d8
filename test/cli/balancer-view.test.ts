/** What `plan` says of a load balancer that cannot tell everything. */
import { describe, expect, it } from 'vitest';
import { untold } from '../../src/cli/view/balancer.ts';
import { renderPlan } from '../../src/cli/view/plan.ts';
import { BALANCERS } from '../../src/config/balancers/index.ts';
import type { BalancerCapabilities } from '../../src/ports/load-balancer.ts';
import { FEW, NO_POOL } from '../support/few-capabilities.ts';
import { resolvedRun, SETTINGS } from '../support/resolved-run.ts';

const balancerOf = (kind: string, capabilities: BalancerCapabilities) => ({
  ...SETTINGS.balancer,
  kind,
  capabilities,
});

function section(kind: string, capabilities: BalancerCapabilities, language: 'zh' | 'en'): string {
  const run = resolvedRun({}, { settings: { balancer: balancerOf(kind, capabilities) } });
  const text = renderPlan(run, language).join('\n');
  return text.split('\n\n').find((each) => each.includes(`${kind}`)) ?? '';
}

describe('the plan', () => {
  it('has a line for each capability that is missing', () => {
    expect(
      section('plain', { ...FEW, reload: 'undetected' }, 'en'),
    ).toBe(`The load balancer (plain) cannot tell:
  whether a server is healthy: every server in the pool counts as serving
  requests in flight: a wait for them takes its whole limit, and what remains is not measured
  requests and errors of each server: traffic is not measured, and the final error rate is that of requests that Runsheet sends through it
  response times: the final ones are those of requests that Runsheet sends through it
  weights: they cannot be set, and how even the load is is not measured
  routes: they cannot be set
  restarts: if one makes it forget which servers are out, that goes unnoticed`);
    const chinese = section('plain', { ...FEW, reload: 'undetected' }, 'zh').split('\n');
    expect(chinese).toHaveLength(8);
    expect(chinese[0]).toBe('负载均衡（plain）无法告知：');
    expect(chinese.slice(1).join('')).not.toMatch(/\b(?!Runsheet\b)[A-Za-z]{3,}/u);
  });

  it('says of a project without a pool that there is none', () => {
    expect(untold(balancerOf('none', NO_POOL)).map(({ capability }) => capability)).toEqual([
      'pool',
    ]);
    const run = resolvedRun({}, { settings: { balancer: balancerOf('none', NO_POOL) } });
    expect(renderPlan(run, 'zh')).toContain(
      '没有负载均衡：不会摘除或挂载服务器，由停止服务本身排空；更改期间请求仍会到达它们',
    );
  });

  it('says of HAProxy that it keeps no response times, and of the embedded one nothing', () => {
    expect(section('haproxy', BALANCERS.haproxy.capabilities, 'en').split('\n')).toEqual([
      'The load balancer (haproxy) cannot tell:',
      '  response times: the final ones are those of requests that Runsheet sends through it',
    ]);
    expect(section('embedded', BALANCERS.embedded.capabilities, 'en')).toBe('');
  });
});

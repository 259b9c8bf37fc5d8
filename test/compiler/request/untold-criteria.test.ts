/** Criteria that a run's load balancer leaves unmeasured are named before anybody approves. */
import { describe, expect, it } from 'vitest';
import { untoldCriteria } from '../../../src/compiler/request/untold-criteria.ts';
import { BALANCERS } from '../../../src/config/balancers/index.ts';
import type { BalancerCapabilities } from '../../../src/ports/load-balancer.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { FEW, NO_POOL } from '../../support/few-capabilities.ts';
import { SETTINGS } from '../../support/resolved-run.ts';

const plan = compiledSeed();

function warnings(capabilities: BalancerCapabilities, skip: readonly number[] = []) {
  const balancer = { ...SETTINGS.balancer, kind: 'plain', capabilities };
  const overrides = { skip: skip.map((step) => ({ step, reason: 'known' })) };
  return untoldCriteria({ plan, overrides }, balancer);
}

const texts = (capabilities: BalancerCapabilities, skip?: readonly number[]): readonly string[] =>
  warnings(capabilities, skip).map(({ message }) => message.en);

describe('criteria of the seed', () => {
  it.each(['embedded', 'haproxy'] as const)('are all measured in front of %s', (kind) => {
    expect(texts(BALANCERS[kind].capabilities)).toEqual([]);
  });

  it('take counters, which nginx has none of', () => {
    expect(texts(BALANCERS.nginx.capabilities).map((text) => text.split(' is not')[0])).toEqual([
      'step 9: "所有服务器接收流量正常"',
      'step 9: "负载分布均匀"',
    ]);
  });

  it('name their step and words where the load balancer cannot tell', () => {
    expect(texts(FEW)).toEqual([
      'step 6: "无活跃连接" is not measured, since a load balancer of kind plain cannot tell it, so the step fails',
      'step 9: "所有服务器接收流量正常" is not measured, since a load balancer of kind plain cannot tell it, so the step fails',
      'step 9: "负载分布均匀" is not measured, since a load balancer of kind plain cannot tell it, so the step fails',
    ]);
    expect(warnings(FEW)[0]).toMatchObject({
      code: 'NOT_TOLD_BY_BALANCER',
      severity: 'warning',
      message: { zh: expect.stringContaining('步骤 6 的条件「无活跃连接」不会被测量') },
    });
  });

  it('are the default ones too', () => {
    expect(texts(NO_POOL).map((text) => text.split(' is not')[0])).toEqual([
      'step 6: "无活跃连接"',
      'step 6: "已移出负载均衡（默认条件）"',
      'step 9: "所有服务器接收流量正常"',
      'step 9: "负载分布均匀"',
      'step 9: "已加入负载均衡（默认条件）"',
    ]);
  });

  it('hang each on what it needs, and no more', () => {
    expect(texts({ ...FEW, inFlight: true, counters: true })).toEqual([
      expect.stringContaining('负载分布均匀'),
    ]);
    expect(texts({ ...FEW, counters: true, weights: true })).toEqual([
      expect.stringContaining('无活跃连接'),
    ]);
  });

  it('are not named in a step that the request skips', () => {
    expect(texts(FEW, [9])).toEqual([expect.stringContaining('无活跃连接')]);
  });
});

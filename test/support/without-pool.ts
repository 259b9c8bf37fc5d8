/** A project without a load balancer, and the seed as it is written for one: no criterion of traffic. */
import { compileTemplate } from '../../src/compiler/index.ts';
import type { Vocabulary } from '../../src/compiler/vocabulary.ts';
import { BALANCERS } from '../../src/config/balancers/index.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { BalancerSettings } from '../../src/plan/settings.ts';
import { seedText } from '../compiler/reference.ts';
import { SETTINGS } from './resolved-run.ts';

export const WITHOUT_POOL: Vocabulary = { roles: {}, actions: {}, withoutPool: { kind: 'none' } };

export const NO_BALANCER: BalancerSettings = {
  ...SETTINGS.balancer,
  kind: 'none',
  capabilities: BALANCERS.none.capabilities,
};

const OF_TRAFFIC = /^- (?:无活跃连接|所有服务器接收流量正常|负载分布均匀|✅ 服务正常接收流量)\n/gmu;

/** The seed's steps, all of them. */
export const NO_POOL_SHEET = seedText
  .replace(OF_TRAFFIC, '')
  .replace(/\*\*成功条件\*\*: *\n\n(?=### 10)/u, '');

export function planWithoutPool(text = NO_POOL_SHEET): Plan {
  const { plan, diagnostics } = compileTemplate({
    file: 'deployment.md',
    text,
    vocabulary: WITHOUT_POOL,
  });
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message.en).join('\n'));
  return plan;
}

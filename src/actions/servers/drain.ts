/** Out of the pool, and what undoes that. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { SERVER, STOP_DRAINS } from './limits.ts';

export const poolRemoved = defineFact({
  id: 'pool.removed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  toldByBalancer: ['pool'],
  label: { zh: '已移出负载均衡', en: 'Out of the pool' },
  phrases: {
    zh: ['所有服务器已从负载均衡器移除', '已从负载均衡器移除'],
    en: ['All servers are out of the load balancer'],
  },
});

export const readmit = defineCompensation({
  id: 'pool.readmit',
  name: { zh: '放回负载均衡池', en: 'back into the pool' },
  uses: ['balancer', 'health'],
  effect: { pool: 'before' },
});

export const drain = defineAction({
  ...SERVER,
  id: 'pool.drain',
  phrases: {
    zh: ['从负载均衡器移除', '从负载均衡池移除', '移出负载均衡'],
    en: [
      'Remove it from the load balancer',
      'Remove from the load balancer',
      'Take it out of the pool',
    ],
  },
  settings: {
    minimumInPoolPercent: { kind: 'rolling', rule: 'minimumInPoolPercent', default: 0 },
  },
  uses: ['balancer'],
  needs: ['lock'],
  provides: ['out-of-pool'],
  measures: [poolRemoved],
  effect: { pool: 'out' },
  withoutPool: STOP_DRAINS,
  compensation: readmit,
});

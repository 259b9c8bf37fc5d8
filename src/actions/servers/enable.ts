/** Back into the pool, and out of it again where the run fails. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const poolEnabled = defineFact({
  id: 'pool.enabled',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  toldByBalancer: ['pool'],
  label: { zh: '已加入负载均衡', en: 'In the pool' },
  phrases: {
    zh: ['所有服务器已加入负载均衡池', '已加入负载均衡池'],
    en: ['All servers are back in the pool'],
  },
});

export const withdraw = defineCompensation({
  id: 'pool.withdraw',
  name: { zh: '移出负载均衡池', en: 'out of the pool' },
  uses: ['balancer'],
  effect: { pool: 'out' },
});

export const enable = defineAction({
  ...SERVER,
  id: 'pool.enable',
  phrases: {
    zh: ['将服务器重新加入负载均衡池', '重新加入负载均衡池', '加入负载均衡'],
    en: ['Put the servers back into the load balancer pool', 'Put the servers back into the pool'],
  },
  uses: ['balancer', 'health'],
  needs: ['lock'],
  takes: ['running-service', 'ready-service', 'out-of-pool'],
  provides: ['in-pool'],
  measures: [poolEnabled],
  effect: { pool: 'in' },
  withoutPool: {
    zh: '没有负载均衡：没有可加入的池',
    en: 'no load balancer: there is no pool to put it into',
  },
  compensation: withdraw,
});

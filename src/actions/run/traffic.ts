import { defineAction, defineFact } from '../define.ts';
import { ONCE } from './limits.ts';

export const allReceive = defineFact({
  id: 'traffic.all_receive',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  toldByBalancer: ['counters'],
  label: { zh: '接收流量', en: 'Receives traffic' },
  phrases: {
    zh: ['所有服务器接收流量正常', '服务器接收流量正常'],
    en: ['All servers receive traffic normally', 'All servers receive traffic'],
  },
});

export const deviation = defineFact({
  id: 'traffic.deviation',
  unit: 'percent',
  combine: 'max',
  defaultComparison: '<=',
  defaultThreshold: 20,
  projectThreshold: ['balancer', 'maxDeviationPercent'],
  mayExceedAll: true,
  judgedByDefault: true,
  toldByBalancer: ['counters', 'weights'],
  label: { zh: '负载偏差', en: 'Deviation of load' },
  phrases: {
    zh: ['负载分布均匀', '流量分布均匀'],
    en: ['Load is evenly distributed', 'The load is evenly distributed'],
  },
  subjects: { zh: ['负载偏差', '流量偏差'], en: ['Deviation of load', 'Traffic deviation'] },
});

export const verifyTraffic = defineAction({
  ...ONCE,
  id: 'traffic.verify',
  phrases: {
    zh: ['验证流量分发', '检查流量分发', '验证流量分布'],
    en: ['Verify how traffic is distributed', 'Verify the traffic distribution'],
  },
  uses: ['balancer', 'health'],
  needs: [],
  takes: ['in-pool'],
  provides: [],
  measures: [allReceive, deviation],
  withoutPool: {
    zh: '没有负载均衡：没有分发可验证',
    en: 'no load balancer: no distribution to verify',
  },
  timeouts: { startToCloseSeconds: 300 },
  retry: { maximumAttempts: 12 },
});

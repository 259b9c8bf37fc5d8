/** Weights and routes of the balancer, and what undoes them. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { ONCE } from './limits.ts';

export const routesCurrent = defineFact({
  id: 'routes.current',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '路由规则', en: 'Routing rules' },
  phrases: {
    zh: ['路由规则更新成功'],
    en: ['The routing rules are current'],
  },
});

export const restoreRoutes = defineCompensation({
  id: 'routes.restore',
  name: { zh: '恢复权重和路由', en: 'weights and routes as before' },
  uses: ['balancer'],
  effect: {},
});

export const updateRoutes = defineAction({
  ...ONCE,
  id: 'routes.update',
  phrases: {
    zh: ['更新路由规则', '更新路由'],
    en: ['Update the routing rules', 'Update the routes'],
  },
  uses: ['balancer'],
  needs: [],
  provides: [],
  measures: [routesCurrent],
  withoutPool: {
    zh: '没有负载均衡：没有路由可更新',
    en: 'no load balancer: no routes to update',
  },
  retry: { maximumAttempts: 12 },
  compensation: restoreRoutes,
});

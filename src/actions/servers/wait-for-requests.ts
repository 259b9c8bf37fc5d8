import { defineAction, defineFact } from '../define.ts';
import { SERVER, STOP_DRAINS } from './limits.ts';

export const activeConnections = defineFact({
  id: 'connections.active',
  unit: 'count',
  combine: 'sum',
  defaultComparison: '<=',
  defaultThreshold: 0,
  projectThreshold: ['drain', 'allowCutRequests'],
  judgedByDefault: true,
  toldByBalancer: ['inFlight'],
  label: { zh: '活跃连接', en: 'Active connections' },
  phrases: {
    zh: ['无活跃连接', '没有活跃连接'],
    en: ['No active connections'],
  },
  subjects: { zh: ['活跃连接', '活跃连接数'], en: ['Active connections'] },
});

export const waitForRequests = defineAction({
  ...SERVER,
  id: 'connections.wait',
  phrases: {
    zh: ['等待现有请求完成', '等待请求完成', '等待现有连接结束'],
    en: [
      'Wait for requests in flight',
      'Wait for the requests in flight to finish',
      'Wait for existing requests to finish',
    ],
  },
  settings: { limitSeconds: { kind: 'duration', default: 30 } },
  uses: ['balancer'],
  needs: [],
  takes: ['out-of-pool'],
  provides: ['no-requests'],
  measures: [activeConnections],
  withoutPool: STOP_DRAINS,
});

/** Actions on each server. They converge, so that they may be tried again after a half-done attempt. */
import type { ActionDefinition } from '../definition.ts';
import type { ActionId } from '../ids.ts';

/**
 * A server that is out of reach is tried again for a while: the activities judge how long by the time
 * (activities/failures.ts), so this only has to be enough attempts.
 */
const ATTEMPTS = 12;

const SERVER = {
  scope: 'server',
  settings: [],
  timeouts: { startToCloseSeconds: 180, heartbeatSeconds: 20 },
  retry: { maximumAttempts: ATTEMPTS },
} as const;

export const SERVER_ACTIONS = {
  'pool.drain': {
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
    measures: ['pool.removed'],
    uses: ['balancer'],
    compensation: 'pool.readmit',
  },
  'connections.wait': {
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
    settings: [{ name: 'limitSeconds', kind: 'duration', default: 30 }],
    measures: ['connections.active'],
    uses: ['balancer'],
  },
  'service.stop': {
    ...SERVER,
    id: 'service.stop',
    phrases: {
      zh: ['停止应用服务', '停止服务', '停止现有服务'],
      en: ['Stop the application service', 'Stop the service', 'Stop the application'],
    },
    measures: ['service.stopped'],
    uses: ['runtime'],
    compensation: 'service.restore',
  },
  'image.pull': {
    ...SERVER,
    id: 'image.pull',
    phrases: {
      zh: ['拉取新版本镜像', '拉取镜像'],
      en: ['Pull the image of the new version', 'Pull the new image', 'Pull the image'],
    },
    measures: ['release.present'],
    uses: ['image'],
    timeouts: { startToCloseSeconds: 900, heartbeatSeconds: 30 },
  },
  'config.update': {
    ...SERVER,
    id: 'config.update',
    phrases: {
      zh: ['更新配置文件', '更新配置'],
      en: ['Update the configuration files', 'Update the configuration'],
    },
    measures: ['config.current'],
    uses: ['source', 'files'],
    compensation: 'config.restore',
  },
  'service.start': {
    ...SERVER,
    id: 'service.start',
    phrases: {
      zh: ['启动新版本服务', '启动应用服务', '启动服务'],
      en: ['Start the service in the new version', 'Start the new version', 'Start the service'],
    },
    measures: ['service.deployed'],
    uses: ['image', 'runtime', 'container'],
    compensation: 'service.remove',
  },
  'service.ready': {
    ...SERVER,
    id: 'service.ready',
    phrases: {
      zh: ['等待服务就绪', '等待服务可用'],
      en: ['Wait until the service is ready', 'Wait for the service to be ready'],
    },
    measures: ['service.ready'],
    uses: ['health'],
  },
  'health.port': {
    ...SERVER,
    id: 'health.port',
    phrases: {
      zh: ['检查服务端口响应', '检查服务端口', '检查端口'],
      en: ['Check that the service port answers', 'Check the service port'],
    },
    measures: ['health.passed'],
    uses: ['health'],
  },
  'health.endpoint': {
    ...SERVER,
    id: 'health.endpoint',
    phrases: {
      zh: ['验证 API 健康端点', '验证健康端点', '检查健康端点'],
      en: ['Verify the API health endpoint', 'Check the health endpoint'],
    },
    measures: ['health.passed'],
    uses: ['health'],
  },
  'health.smoke': {
    ...SERVER,
    id: 'health.smoke',
    phrases: {
      zh: ['检查关键功能可用性', '检查关键功能', '执行冒烟测试'],
      en: ['Check that the key functions work', 'Check the key functions', 'Run the smoke tests'],
    },
    measures: ['health.passed'],
    uses: ['health'],
  },
  'health.performance': {
    ...SERVER,
    id: 'health.performance',
    phrases: {
      zh: ['验证性能指标', '检查性能指标'],
      en: ['Verify the performance figures', 'Check the performance figures'],
    },
    measures: ['health_check.response_time', 'service.error_rate'],
    uses: ['health'],
    // A fleet waits its turn: the worker measures a bounded number of servers at once.
    timeouts: { startToCloseSeconds: 1800, heartbeatSeconds: 20 },
  },
  'pool.enable': {
    ...SERVER,
    id: 'pool.enable',
    phrases: {
      zh: ['将服务器重新加入负载均衡池', '重新加入负载均衡池', '加入负载均衡'],
      en: [
        'Put the servers back into the load balancer pool',
        'Put the servers back into the pool',
      ],
    },
    measures: ['pool.enabled'],
    uses: ['balancer', 'health'],
    compensation: 'pool.withdraw',
  },
} as const satisfies Partial<Record<ActionId, ActionDefinition>>;

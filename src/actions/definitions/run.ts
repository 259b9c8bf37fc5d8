/** Actions once for the run: routes and traffic, report and messages, the project's own commands. */
import type { ActionDefinition } from '../definition.ts';
import type { ActionId } from '../ids.ts';

const ONCE = {
  scope: 'run',
  settings: [],
  uses: ['balancer', 'health'],
  timeouts: { startToCloseSeconds: 180, heartbeatSeconds: 20 },
  retry: { maximumAttempts: 5 },
} as const;

export const RUN_ACTIONS = {
  'routes.update': {
    ...ONCE,
    id: 'routes.update',
    phrases: {
      zh: ['更新路由规则', '更新路由'],
      en: ['Update the routing rules', 'Update the routes'],
    },
    measures: ['routes.current'],
    retry: { maximumAttempts: 12 },
  },
  'traffic.verify': {
    ...ONCE,
    id: 'traffic.verify',
    phrases: {
      zh: ['验证流量分发', '检查流量分发', '验证流量分布'],
      en: ['Verify how traffic is distributed', 'Verify the traffic distribution'],
    },
    measures: ['traffic.all_receive', 'traffic.deviation'],
    timeouts: { startToCloseSeconds: 300, heartbeatSeconds: 20 },
    retry: { maximumAttempts: 12 },
  },
  'report.write': {
    ...ONCE,
    id: 'report.write',
    phrases: {
      zh: ['生成部署报告', '编写部署报告'],
      en: ['Write the deployment report', 'Generate the deployment report'],
    },
    measures: [],
    uses: ['channels'],
  },
  'notify.send': {
    ...ONCE,
    id: 'notify.send',
    phrases: {
      zh: ['发送成功/失败通知', '发送通知', '发送部署通知'],
      en: ['Send the success or failure notification', 'Send the notification'],
    },
    measures: [],
    uses: ['channels'],
  },
  'record.update': {
    ...ONCE,
    id: 'record.update',
    phrases: {
      zh: ['更新部署记录', '记录部署'],
      en: ['Update the deployment record', 'Update the deployment records'],
    },
    measures: [],
    uses: ['channels'],
  },
  /** Its phrases are the project's: the keys of `actions:` in runsheet.yaml. */
  'project.command': {
    ...ONCE,
    id: 'project.command',
    phrases: { zh: [], en: [] },
    measures: ['command.passed'],
    uses: ['source', 'actions', 'runtime'],
    timeouts: { startToCloseSeconds: 600, heartbeatSeconds: 30 },
    retry: { maximumAttempts: 1 },
  },
} as const satisfies Partial<Record<ActionId, ActionDefinition>>;

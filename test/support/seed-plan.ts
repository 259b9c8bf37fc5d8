/** The reference template's plan, written by hand: what the interpreter's tests run. */

import type { ActionId, FactId } from '../../src/actions/index.ts';
import type { Criterion, Expression, Plan, StepPresentation, Task } from '../../src/plan/plan.ts';

const skipTests: Expression = {
  kind: 'compare',
  comparison: '==',
  left: { kind: 'parameter', name: 'skip_tests' },
  right: { kind: 'literal', value: true },
};

const environmentIs = (name: string): Expression => ({
  kind: 'compare',
  comparison: '==',
  left: { kind: 'parameter', name: 'environment' },
  right: { kind: 'literal', value: name },
});

const noApproval: Expression = {
  kind: 'compare',
  comparison: '==',
  left: { kind: 'variable', name: 'require_approval' },
  right: { kind: 'literal', value: false },
};

const task = (action: ActionId, settings: Task['settings'] = {}): Task => ({ action, settings });
const holds = (fact: FactId): Criterion => ({
  fact,
  comparison: '==',
  threshold: true,
  unit: 'flag',
});
const none = (fact: FactId): Criterion => ({ fact, comparison: '==', threshold: 0, unit: 'count' });

const branch = (when: Expression | null, value: boolean | string, skip: readonly number[]) => ({
  when,
  set: [{ variable: 'require_approval', value }],
  skip,
  goTo: value === true ? 5 : value === false ? 6 : null,
  lookForPendingApprovals: value === 'optional',
});

export const SEED_PLAN: Plan = {
  schema: 1,
  templateId: 'deployment_workflow_v1',
  templateVersion: '1.0.0',
  parameters: [
    {
      name: 'environment',
      type: 'string',
      required: true,
      enum: ['development', 'staging', 'production'],
    },
    { name: 'servers', type: 'array', required: true },
    { name: 'version', type: 'string', required: true },
    { name: 'skip_tests', type: 'boolean', required: false, default: false },
  ],
  steps: [
    {
      kind: 'action',
      number: 1,
      skipWhen: [skipTests],
      tasks: [task('code.analyze'), task('code.lint'), task('code.scan'), task('code.audit')],
      criteria: [
        none('code.serious_findings'),
        none('security.high_findings'),
        holds('code.style_ok'),
      ],
    },
    {
      kind: 'action',
      number: 2,
      skipWhen: [skipTests],
      tasks: [task('tests.run'), task('tests.coverage'), task('tests.verify')],
      criteria: [
        { fact: 'tests.pass_rate', comparison: '>=', threshold: 95, unit: 'percent' },
        { fact: 'tests.critical_pass_rate', comparison: '==', threshold: 100, unit: 'percent' },
      ],
    },
    {
      kind: 'action',
      number: 3,
      skipWhen: [],
      tasks: [
        task('build.compile'),
        task('build.package'),
        task('image.build', { tag: '${version}-${environment}' }),
        task('image.push', { tag: '${version}-${environment}' }),
      ],
      criteria: [
        holds('image.built'),
        holds('image.pushed'),
        {
          fact: 'image.tag',
          comparison: '==',
          threshold: '${version}-${environment}',
          unit: 'text',
        },
      ],
    },
    {
      kind: 'condition',
      number: 4,
      skipWhen: [],
      branches: [
        branch(environmentIs('production'), true, []),
        branch(environmentIs('staging'), 'optional', []),
        branch(null, false, [5]),
      ],
    },
    {
      kind: 'approval',
      number: 5,
      skipWhen: [noApproval],
      timeoutSeconds: 86_400,
      quorum: { kind: 'any' },
      channels: ['email', 'slack'],
      approvers: { production: ['tech_lead', 'ops_lead'], staging: ['tech_lead'] },
    },
    {
      kind: 'parallel',
      number: 6,
      skipWhen: [],
      over: 'servers',
      tasks: [
        task('pool.drain'),
        task('connections.wait', { limitSeconds: 30 }),
        task('service.stop'),
      ],
      criteria: [
        holds('service.stopped'),
        { fact: 'connections.active', comparison: '<=', threshold: null, unit: 'count' },
        holds('pool.removed'),
      ],
    },
    {
      kind: 'parallel',
      number: 7,
      skipWhen: [],
      over: 'servers',
      tasks: [
        task('image.pull'),
        task('config.update'),
        task('service.start'),
        task('service.ready'),
      ],
      criteria: [
        holds('service.deployed'),
        holds('service.ready'),
        holds('release.present'),
        holds('config.current'),
      ],
    },
    {
      kind: 'action',
      number: 8,
      skipWhen: [],
      tasks: [
        task('health.port'),
        task('health.endpoint'),
        task('health.smoke'),
        task('health.performance'),
      ],
      criteria: [
        holds('health.passed'),
        {
          fact: 'health_check.response_time',
          comparison: '<',
          threshold: 500,
          unit: 'milliseconds',
        },
        { fact: 'service.error_rate', comparison: '<', threshold: 1, unit: 'percent' },
      ],
    },
    {
      kind: 'action',
      number: 9,
      skipWhen: [],
      tasks: [task('pool.enable'), task('routes.update'), task('traffic.verify')],
      criteria: [
        holds('traffic.all_receive'),
        { fact: 'traffic.deviation', comparison: '<=', threshold: null, unit: 'percent' },
        holds('pool.enabled'),
        holds('routes.current'),
      ],
    },
    {
      kind: 'action',
      number: 10,
      skipWhen: [],
      tasks: [task('report.write'), task('notify.send'), task('record.update')],
      criteria: [],
    },
  ],
  rollback: [
    { from: 1, to: 5, policy: 'terminate' },
    { from: 6, to: 7, policy: 'restore' },
    { from: 8, to: 9, policy: 'switch_back' },
  ],
  success: [
    { fact: 'run.required_steps_done' },
    { fact: 'run.health_passed' },
    { fact: 'run.traffic_received' },
    { fact: 'run.error_rate_below_threshold' },
    { fact: 'run.performance_met' },
  ],
  metrics: [
    'deployment.duration',
    'deployment.success_rate',
    'deployment.rollback_count',
    'health_check.response_time',
    'service.error_rate',
  ],
  presentation: {
    language: 'zh',
    file: 'deployment.md',
    title: '软件部署工作流模板',
    description: '标准软件部署流程，支持多环境和审批机制',
    roleNames: { tech_lead: '技术负责人', ops_lead: '运维负责人' },
    steps: presentation(),
  },
};

function presentation(): readonly StepPresentation[] {
  const step = (
    number: number,
    title: string,
    tasks: readonly string[],
    criteria: readonly string[],
  ): StepPresentation => ({ number, title, description: '', tasks, criteria, notification: [] });
  return [
    step(
      1,
      '代码检查',
      ['运行代码静态分析工具', '检查代码规范符合性', '扫描安全漏洞', '检查依赖版本'],
      ['无严重代码问题', '无高危安全漏洞'],
    ),
    step(
      2,
      '单元测试',
      ['执行 pytest 或相应测试框架', '生成测试覆盖率报告', '验证测试通过率'],
      ['测试通过率 >= 95%', '关键功能测试 100% 通过'],
    ),
    step(
      3,
      '构建镜像',
      ['编译源代码', '打包应用程序', '构建 Docker 镜像', '推送镜像到 registry'],
      ['镜像构建成功', '镜像成功推送到 registry', '镜像标签: `${version}-${environment}`'],
    ),
    step(4, '环境判断', [], []),
    step(5, '部署审批', [], []),
    step(
      6,
      '服务停止',
      ['从负载均衡器移除', '等待现有请求完成（最多30秒）', '停止应用服务'],
      ['所有服务器成功停止服务', '无活跃连接'],
    ),
    step(
      7,
      '部署新版本',
      ['拉取新版本镜像', '更新配置文件', '启动新版本服务', '等待服务就绪'],
      ['所有服务器部署成功', '服务健康检查通过'],
    ),
    step(
      8,
      '健康检查',
      ['检查服务端口响应', '验证 API 健康端点', '检查关键功能可用性', '验证性能指标'],
      ['所有健康检查通过', '响应时间 < 500ms', '错误率 < 1%'],
    ),
    step(
      9,
      '负载均衡更新',
      ['将服务器重新加入负载均衡池', '更新路由规则', '验证流量分发'],
      ['所有服务器接收流量正常', '负载分布均匀'],
    ),
    {
      ...step(10, '通知', ['生成部署报告', '发送成功/失败通知', '更新部署记录'], []),
      notification: [
        { label: '部署版本', template: '${version}' },
        { label: '目标环境', template: '${environment}' },
        { label: '部署服务器', template: '${servers}' },
        { label: '执行时长', template: '${total_duration}' },
        { label: '部署状态', template: '${status}' },
      ],
    },
  ];
}

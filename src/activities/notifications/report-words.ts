/** The words of the report in both languages. */
export type Words = Readonly<Record<WordId, string>>;

type WordId =
  | 'report'
  | 'status'
  | 'service'
  | 'environment'
  | 'version'
  | 'revision'
  | 'image'
  | 'servers'
  | 'requestedBy'
  | 'started'
  | 'duration'
  | 'people'
  | 'withoutService'
  | 'plan'
  | 'request'
  | 'steps'
  | 'step'
  | 'state'
  | 'evidence'
  | 'criterion'
  | 'measured'
  | 'threshold'
  | 'result'
  | 'passed'
  | 'failed'
  | 'unmeasured'
  | 'rollback'
  | 'decisions'
  | 'skips'
  | 'warnings'
  | 'metrics'
  | 'metric'
  | 'value'
  | 'notification'
  | 'field';

export const WORDS: Readonly<Record<'zh' | 'en', Words>> = {
  zh: {
    report: '部署报告',
    status: '状态',
    service: '服务',
    environment: '环境',
    version: '版本',
    revision: '提交',
    image: '镜像',
    servers: '服务器',
    requestedBy: '请求人',
    started: '开始时间',
    duration: '总时长',
    people: '其中等待人员',
    withoutService: '无服务时长',
    plan: '计划摘要',
    request: '请求',
    steps: '步骤',
    step: '步骤',
    state: '状态',
    evidence: '证据',
    criterion: '成功条件',
    measured: '测得',
    threshold: '要求',
    result: '结果',
    passed: '通过',
    failed: '未通过',
    unmeasured: '未测得',
    rollback: '回滚',
    decisions: '审批',
    skips: '跳过',
    warnings: '警告',
    metrics: '监控指标',
    metric: '指标',
    value: '值',
    notification: '通知内容',
    field: '项目',
  },
  en: {
    report: 'Deployment report',
    status: 'Status',
    service: 'Service',
    environment: 'Environment',
    version: 'Version',
    revision: 'Commit',
    image: 'Image',
    servers: 'Servers',
    requestedBy: 'Requested by',
    started: 'Started',
    duration: 'Total time',
    people: 'of it waiting for people',
    withoutService: 'Time without service',
    plan: 'Plan digest',
    request: 'Request',
    steps: 'Steps',
    step: 'Step',
    state: 'State',
    evidence: 'Evidence',
    criterion: 'Criterion',
    measured: 'Measured',
    threshold: 'Required',
    result: 'Result',
    passed: 'passed',
    failed: 'failed',
    unmeasured: 'not measured',
    rollback: 'Rollback',
    decisions: 'Decisions',
    skips: 'Skipped',
    warnings: 'Warnings',
    metrics: 'Metrics',
    metric: 'Metric',
    value: 'Value',
    notification: 'Notification',
    field: 'Item',
  },
};

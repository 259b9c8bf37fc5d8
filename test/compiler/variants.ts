/** Edits of the own write-up: each is one golden folder. */
import { edit, ownText, stepText } from './reference.ts';

const step = (number: number): string => stepText(ownText, number);
const swap = (from: string, to: string): string => edit(ownText, from, to);

/** Compile, each to another plan than the reference. */
export const CHANGED: Readonly<Record<string, string>> = {
  'pass-rate-90': swap('>= 95%', '>= 90%'),
  'drain-5s': swap('最多30秒', '最多5秒'),
  'response-50ms': swap('< 500ms', '< 50ms'),
  'approval-2h': swap('24小时', '2小时'),
  'approval-everyone': swap('至少一人批准', '全部批准'),
  'approval-two-people': swap('至少一人批准', '至少两人批准'),
  'other-order': edit(swap(step(2), ''), step(1), step(2) + step(1)),
  'without-step-2': swap(step(2), ''),
};

/** Do not compile; the golden text is what the terminal shows. */
export const BROKEN: Readonly<Record<string, string>> = {
  // The last step that changes servers is then 9, and nothing has measured health by its end.
  'step-9-before-8': edit(
    edit(swap(step(9), ''), step(8), step(9) + step(8)),
    '步骤8-9',
    '步骤9-8',
  ),
  'empty-file': '  \n',
  'no-sections': '# 标题\n',
  'bad-yaml': swap('version: 1.0.0', 'version: [1.0.0'),
  'alias-bomb': swap(
    'tags: [deployment, ci/cd, production]',
    `a: &a [x]\nb: [${'*a, '.repeat(30)}*a]`,
  ),
  'unknown-section': swap('## 回滚策略', '## 回滚策咯'),
  'twice-the-section': swap('## 使用示例', '## 监控指标'),
  'unknown-label': swap('**成功条件**', '**成功条牛**'),
  'label-of-another-kind': swap('**判断逻辑**', '**执行内容**'),
  'unknown-kind': swap('[parallel]', '[paralel]'),
  'no-kind': swap(' [condition]', ''),
  'unknown-phrase': swap('扫描安全漏洞', '扫描安全漏铜'),
  'unknown-criterion': swap('- 无高危安全漏洞', '- 无高危安全漏涧'),
  'unmeasured-criterion': swap('- 扫描安全漏洞\n- 检查依赖版本\n', ''),
  'bad-threshold': swap('>= 95%', '>= 195%'),
  'bad-response-time': swap('< 500ms', '< 500'),
  'wrong-direction': swap('错误率 < 1%', '错误率 > 1百分'),
  'unknown-role': swap('staging: 技术负责人', 'staging: 技术负责任'),
  'unknown-environment': swap('- staging: 技术', '- stagin: 技术'),
  'no-approvers': swap('- production: 技术负责人 + 运维负责人\n- staging: 技术负责人\n', ''),
  'bad-approval-settings': edit(
    edit(swap('24小时', '一会儿'), '至少一人批准', '随便批准'),
    '邮件 + Slack',
    '邮件 + 飞鸽',
  ),
  'unknown-approval-setting': swap('审批超时', '审批超市'),
  'bad-limit': swap('最多30秒', '最多一会儿'),
  'limit-where-none-is': swap('- 停止应用服务', '- 停止应用服务（最多30秒）'),
  'duplicate-step': swap('### 2.', '### 1.'),
  'step-without-number': swap('### 2. ', '### '),
  'branch-to-missing-step': swap('进入步骤5', '进入步骤55'),
  'backward-jump': swap('进入步骤5', '进入步骤2'),
  'bad-branch': swap('需要审批 → 进入步骤5', '需要审批 → 回家'),
  'else-first': swap('if environment == "production":', 'else:'),
  'bad-expression': swap('参数 `skip_tests` 为 true', '参数 `skip_tests` 为'),
  'unknown-parameter': swap('参数 `skip_tests` 为 true', '参数 `skip_test` 为 true'),
  'wrong-type': swap('参数 `skip_tests` 为 true', '参数 `skip_tests` 为 "yes"'),
  'never-equal': swap('environment == "staging"', 'environment == "stagin"'),
  'variable-nobody-sets': swap(step(4), ''),
  'variable-set-later': edit(swap(step(4), ''), step(6), step(4) + step(6)),
  'rollback-of-missing-step': swap('步骤8-9失败', '步骤8-19失败'),
  'rollback-overlaps': swap('步骤8-9失败', '步骤7-9失败'),
  'unknown-rollback': swap('恢复旧版本服务', '恢复旧版木服务'),
  'unknown-success-rule': swap('错误率低于阈值', '错误率低于阀值'),
  'success-rule-unmeasured': swap(step(9), ''),
  'unknown-metric': swap('`service.error_rate`', '`service.errors`'),
  'bad-example': swap('- environment: production', '- environment: prod'),
  'no-servers-parameter': swap(/ {2}servers:[\s\S]*?\n\n/u.exec(ownText)?.[0] ?? '', ''),
  'unknown-placeholder': swap('${version}-${environment}', '${versoin}-${environment}'),
  'unclosed-fence': `${ownText}\n\`\`\`\n`,
  'bad-parameters': edit(
    edit(swap('type: boolean', 'type: bool'), 'default: false', 'default: 5'),
    'required: false',
    'required: maybe',
  ),
  'bad-metadata': edit(
    swap('template_id: deployment_workflow_v1', 'template_id: 部署'),
    'author:',
    'autor:',
  ),
};

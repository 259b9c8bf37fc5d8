/** The own write-up with 失败处理, right and wrong: each is one golden folder. */
import { edit, ownText } from './reference.ts';
import { withLabels } from './rolling-variants.ts';

const on = (number: number, value: string, text = ownText): string =>
  withLabels(number, `**失败处理**: ${value}`, text);
const byDefault = (line: string, text = ownText): string =>
  edit(text, '## 工作流步骤\n', `## 工作流步骤\n\n${line}\n`);
const inBatches = (labels: string): string => withLabels(6, `**批次**: 1\n${labels}`);

/** Compile, each to another plan than the reference. */
export const HANDLING: Readonly<Record<string, string>> = {
  'on-failure-each': on(
    3,
    '重试 3 次',
    on(2, '人工介入（最多 30 分钟）', on(1, '忽略（静态分析工具还在试用）')),
  ),
  'on-failure-english': byDefault(
    '**On failure**: retry 2 times',
    withLabels(2, '**On failure**: ask a person', withLabels(1, '**If it fails**: roll back')),
  ),
  'on-failure-default-ask': byDefault('**失败处理**: 人工介入', on(3, '回滚')),
  'on-failure-kept-minimum': on(8, '人工介入', inBatches('**最少在线**: 50%')),
};

/** Do not compile; the golden text is what the terminal shows. */
export const BROKEN_HANDLING: Readonly<Record<string, string>> = {
  'on-failure-unknown': on(3, '重式 3 次', on(2, '人工接入', on(1, '随便'))),
  'on-failure-no-reason': on(2, '忽略（）', on(1, '忽略')),
  'on-failure-no-number': on(2, '重试 0 次', on(1, '重试')),
  'on-failure-bad-limit': on(2, '人工介入（最多 3 天）', on(1, '人工介入（最多一会儿）')),
  'on-failure-twice': withLabels(1, '**失败处理**: 回滚\n**失败处理**: 重试 2 次'),
  'on-failure-below': withLabels(1, '**失败处理**:\n- 回滚\n'),
  'on-failure-on-approval': on(5, '重试 2 次', on(4, '回滚')),
  'on-failure-on-notification': on(10, '重试 2 次'),
  'on-failure-ignored-default': byDefault('**失败处理**: 忽略（试用）'),
  'on-failure-ignored-needed': [2, 3, 6, 8, 9].reduce(
    (text, number) => on(number, '忽略（试用）', text),
    ownText,
  ),
  'question-without-service': on(8, '人工介入（最多 10 分钟）', on(7, '人工介入')),
  'question-in-batches': on(8, '人工介入', inBatches('**批次间隔**: 1分钟')),
};

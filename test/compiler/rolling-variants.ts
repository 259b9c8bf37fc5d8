/** The own write-up with batches, right and wrong: each is one golden folder. */
import { edit, ownText, stepText } from './reference.ts';

/** Labels put on a step, below its description. */
export function withLabels(number: number, labels: string, text = ownText): string {
  const step = stepText(text, number);
  return edit(text, step, step.replace(/^(\*\*描述\*\*: .*)$/mu, `$1\n${labels}`));
}

const step = (number: number): string => stepText(ownText, number);
const on6 = (labels: string): string => withLabels(6, labels);
/** Step 5 after step 6, so that the approval stands in the group. */
const approvalInside = edit(edit(ownText, step(5), ''), step(7), step(5) + step(7));

/** Compile, each to another plan than the reference. */
export const ROLLING: Readonly<Record<string, string>> = {
  'rolling-one': on6('**批次**: 1'),
  'rolling-percent': on6('**批次**：２５％'),
  'rolling-full': on6(
    '**批次**: [1, 10%、50%]\n**批次间隔**: 1分钟\n**失败预算**: 1台\n**最少在线**: 50%\n**观察**: 30秒',
  ),
  'rolling-english-labels': on6(
    '**Batches**: [2 servers, all]\n**Batch pause**: 1 minute\n**Failure budget**: 1\n**Minimum in pool**: at least 12.5%\n**Observe**: 30s',
  ),
  'rolling-all': on6('**批次**: 全部'),
  'rolling-failed-servers': on6('**批次**: 25%\n**允许失败台数**: 2台'),
};

/** Do not compile; the golden text is what the terminal shows. */
export const BROKEN_ROLLING: Readonly<Record<string, string>> = {
  'rolling-misspelt': on6('**批此**: 25%\n**失败预箅**: 1'),
  'rolling-unknown-size': on6('**批次**: 四分之一'),
  'rolling-zero': on6('**批次**: [1, 0]'),
  'rolling-above-100': on6('**批次**: 125%'),
  'rolling-after-all': on6('**批次**: [1, 全部, 2]'),
  'rolling-too-many': on6(`**批次**: [${'1, '.repeat(50)}1]`),
  'rolling-as-list': on6('**批次**:\n- 1\n- 10%\n\n**观察**: 30秒'),
  'rolling-no-value': on6('**批次**:\n**观察**: 30秒'),
  'rolling-bad-values': on6(
    '**批次**: 25%\n**批次间隔**: 一会儿\n**失败预算**: 很少\n**最少在线**: 2\n**观察**: 30',
  ),
  'rolling-floor-100': on6('**批次**: 25%\n**最少在线**: 100%'),
  'rolling-without-batches': on6('**批次间隔**: 1分钟\n**失败预算**: 1\n**观察**: 30秒'),
  'rolling-all-with-pause': on6('**批次**: 100%\n**批次间隔**: 1分钟\n**失败预算**: 1'),
  'rolling-twice': withLabels(7, '**批次**: 1', on6('**批次**: 25%\n**观察**: 30秒')),
  'rolling-apart': withLabels(7, '**观察**: 30秒', on6('**批次**: 25%')),
  'rolling-on-step-8': withLabels(8, '**批次**: 25%'),
  'rolling-on-approval': withLabels(5, '**批次**: 25%'),
  'rolling-on-nothing': withLabels(
    1,
    '**批次**: 25%',
    edit(ownText, step(6) + step(7), ''),
  ).replace('- 将服务器重新加入负载均衡池\n', ''),
  'rolling-without-drain': withLabels(7, '**批次**: 25%'),
  'rolling-no-drain-at-all': edit(on6('**批次**: 25%'), '- 从负载均衡器移除\n', ''),
  'rolling-without-enable': edit(on6('**批次**: 25%'), '- 将服务器重新加入负载均衡池\n', ''),
  'rolling-approval-inside': withLabels(6, '**批次**: 25%', approvalInside),
  'rolling-condition-inside': edit(
    edit(on6('**批次**: 25%'), step(4), ''),
    step(7),
    step(4).replace(/^[^\n]*→[^\n]*\n/gmu, '') + step(7),
  ),
  'rolling-jump-inside': edit(on6('**批次**: 25%'), '直接进入步骤6', '直接进入步骤7'),
};

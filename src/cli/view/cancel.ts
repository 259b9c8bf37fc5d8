/** Why a run is not cancelled, or not again: what undoes its changes is never cut short. Pure. */
import type { Look } from '../../client.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import { answerWords, openQuestions } from './questions.ts';
import { visible } from './text.ts';

/** null: it can be cancelled. @param look its status is null where no worker answers */
export function whyNoCancel(run: string, { status, server }: Look): Localized | null {
  const questions = status === null ? [] : openQuestions(status);
  const stuck = questions.find(({ kind }) => kind === 'stuck_rollback');
  if (stuck !== undefined) {
    const next = `runsheet resolve ${run} ${answerWords(stuck)}`;
    return {
      zh: `${run} 的回滚受阻，待人工处理，不能取消\n下一步：${next}`,
      en: `the rollback of ${run} is stuck and needs attention; it cannot be cancelled\nnext: ${next}`,
    };
  }
  const next = `runsheet status ${run} --watch`;
  if (server.cancelRequested) {
    return {
      zh: `已经请求过取消 ${run}，已做的改动会先回滚；再次取消不起作用\n下一步：${next}`,
      en: `${run} has been cancelled already, and what it changed is rolled back first; cancelling it again changes nothing\nnext: ${next}`,
    };
  }
  const failure = status?.failure ?? null;
  if (failure === null) return null;
  const why = visible(failure.message.split('\n', 1)[0] ?? '');
  return {
    zh: `${run} 在步骤${failure.step} 失败（${why}），正在回滚并结束；取消不起作用\n下一步：${next}`,
    en: `${run} failed in step ${failure.step} (${why}) and is being rolled back; a cancellation changes nothing\nnext: ${next}`,
  };
}

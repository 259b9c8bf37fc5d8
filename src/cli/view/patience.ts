import type { Language } from '../../diagnostics/diagnostic.ts';

const QUIET_MS = 3_000;

/**
 * Says on stderr why a decision is not answered at once: it is judged when its request has been sent,
 * and a channel that does not answer is asked again for a while.
 */
export async function sayWhereLate<T>(judgement: Promise<T>, language: Language): Promise<T> {
  const text =
    language === 'zh'
      ? '等待裁定：审批请求发送完毕后，运行才裁定决定'
      : 'waiting: the run judges a decision when its approval request has been sent';
  const timer = setTimeout(() => process.stderr.write(`${text}\n`), QUIET_MS);
  try {
    return await judgement;
  } finally {
    clearTimeout(timer);
  }
}

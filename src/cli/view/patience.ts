import type { Language } from '../../diagnostics/diagnostic.ts';
import { sayIn } from '../language.ts';

const QUIET_MS = 3_000;

/**
 * Explains on stderr why a decision is not answered at once: it is judged once its approval request has
 * been sent, and a channel that does not answer is retried for a while.
 */
export async function sayWhereLate<T>(judgement: Promise<T>, language: Language): Promise<T> {
  const text = sayIn(language)({
    zh: '等待裁定：审批请求发送完毕后才会裁定',
    en: 'waiting: decisions are judged once the approval request has been sent',
  });
  const timer = setTimeout(() => process.stderr.write(`${text}\n`), QUIET_MS);
  try {
    return await judgement;
  } finally {
    clearTimeout(timer);
  }
}

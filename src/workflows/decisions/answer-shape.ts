/** The shape and size of what people send: what is wrong with it, and what is read of it. */
import { say } from '../../diagnostics/language.ts';
import type { AnswerWord } from '../../plan/question.ts';
import type { ResolutionMessage } from '../messages.ts';

export const NAME_LIMIT = 200;
export const COMMENT_LIMIT = 4096;

/** Every word that some question takes. */
export const WORDS: readonly AnswerWord[] = ['approve', 'reject', 'retry', 'skip', 'rollback'];

export interface Problem {
  readonly code: string;
  readonly reason: string;
}

interface Reader {
  readonly language: 'zh' | 'en';
}

/** What is wrong with the shape or size of a message; null: nothing. Updates' validators use it too. */
export function shapeProblem(message: unknown, reader: Reader): Problem | null {
  const bad = (zh: string, en: string): Problem => ({
    code: 'BAD_DECISION',
    reason: say(reader, zh, en),
  });
  if (message === null || typeof message !== 'object' || Array.isArray(message)) {
    const example = '{"by":"alice"}';
    return bad(`应为对象，例如 ${example}`, `expected an object such as ${example}`);
  }
  const { by, comment, step, withCurrentSettings } = message as Record<string, unknown>;
  if (typeof by !== 'string' || by.trim() === '') {
    return bad('缺少 by：由谁决定', 'expected `by`: who decides');
  }
  if (isNot(comment, 'string') || isNot(step, 'number')) {
    return bad('comment 应为文字，step 应为数字', 'expected comment as text, step as a number');
  }
  if (isNot(withCurrentSettings, 'boolean')) {
    return bad(
      'withCurrentSettings 应为 true 或 false',
      'expected withCurrentSettings as true or false',
    );
  }
  const tooLong =
    by.length > NAME_LIMIT || (typeof comment === 'string' && comment.length > COMMENT_LIMIT);
  if (!tooLong) return null;
  const reason = say(
    reader,
    `上限：by ${NAME_LIMIT} 个字符，comment ${COMMENT_LIMIT} 个字符`,
    `the limits are by ${NAME_LIMIT}, comment ${COMMENT_LIMIT} characters`,
  );
  return { code: 'TOO_LARGE', reason };
}

/** A word that is none of `words`. */
export function wordProblem(field: string, words: readonly string[], reader: Reader): Problem {
  const reason = say(
    reader,
    `${field} 应为 ${words.join('、')}`,
    `expected ${field}: ${words.join(', ')}`,
  );
  return { code: 'BAD_DECISION', reason };
}

/** The word of an `answer`; null: none that any question takes. */
export function wordOf(message: unknown): AnswerWord | null {
  const { word } = fieldsOf(message);
  return WORDS.find((each) => each === word) ?? null;
}

/** The known fields of a message, cut to size: what is refused is shown too. */
export function readMessage(message: unknown): ResolutionMessage {
  const { by, comment, step, withCurrentSettings } = fieldsOf(message);
  return {
    by: typeof by === 'string' ? by.slice(0, NAME_LIMIT) : '?',
    ...(typeof comment === 'string' && { comment: comment.slice(0, COMMENT_LIMIT) }),
    ...(typeof step === 'number' && { step }),
    ...(withCurrentSettings === true && { withCurrentSettings: true }),
  };
}

function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? { ...message } : {};
}

function isNot(value: unknown, type: 'string' | 'number' | 'boolean'): boolean {
  return value !== undefined && value !== null && typeof value !== type;
}

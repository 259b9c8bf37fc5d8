/** Questions to whoever sits at the terminal. */
import { confirm, isCancel, select } from '@clack/prompts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { CommandError } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { Say } from './language.ts';

interface Question {
  readonly message: string;
  /** Said where it was Ctrl-C instead of an answer: what was not done. */
  readonly interrupted: Localized;
}

/** @throws CommandError at Ctrl-C, exit 130: that is no answer */
export async function askYesNo(
  { message, interrupted, initially = true }: Question & { readonly initially?: boolean },
  say: Say,
): Promise<boolean> {
  const answer = await confirm({
    message,
    initialValue: initially,
    active: say({ zh: '是', en: 'Yes' }),
    inactive: say({ zh: '否', en: 'No' }),
  });
  if (isCancel(answer)) throw new CommandError(say(interrupted), EXIT.interrupted);
  return answer;
}

/** One of several words. @throws CommandError at Ctrl-C, exit 130 */
export async function askWhich<Word extends string>(
  { message, interrupted }: Question,
  words: readonly Word[],
  say: Say,
): Promise<Word> {
  const options = words.map((value: string) => ({ value, label: value }));
  const answer = await select({ message, options });
  const chosen = words.find((each) => each === answer);
  if (chosen === undefined) throw new CommandError(say(interrupted), EXIT.interrupted);
  return chosen;
}

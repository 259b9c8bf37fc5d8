/** What a run, or a worker, refuses is bad input, with the refusal's name. */
import { RefusedError } from '../client/errors.ts';
import { CommandError } from './context.ts';
import { EXIT } from './exit-codes.ts';

/** @throws CommandError with exit 2 */
export async function withRefusals<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new CommandError(`${error.code}: ${error.message}`, EXIT.badInput);
  }
}

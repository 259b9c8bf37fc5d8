/** A service that was started and has ended by itself: waiting would not bring it back. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { diagnosed } from '../failures.ts';
import type { OnServer, ServerPorts } from './context.ts';
import { type Answer, describeAnswer } from './requests.ts';

/** Lines of its output that it is quoted with. */
const SHOWN_LINES = 15;

/** With the service's last words: they mostly say why. */
export async function exited(
  ports: ServerPorts,
  input: OnServer,
  last: Answer | null,
): Promise<Error> {
  const { server } = input;
  const answer = last === null ? '-' : describeAnswer(input, last);
  const output = await ports.runtime.tail(server, input.run.service, SHOWN_LINES).catch(() => '');
  const shown = output.trim() === '' ? '-' : `\n${output.trim()}`;
  return diagnosed(input.run, diagnose('SERVICE_EXITED', 'exited', { server, answer, shown }));
}

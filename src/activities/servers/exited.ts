/** A service that was started and has ended by itself: waiting would not bring it back. */

import { say } from '../../diagnostics/language.ts';
import { fail, type OnServer, type ServerPorts } from './context.ts';
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
  const answer = last === null ? '-' : describeAnswer(last);
  const output = await ports.runtime.tail(server, input.run.service, SHOWN_LINES).catch(() => '');
  const shown = output.trim() === '' ? '-' : `\n${output.trim()}`;
  return fail(
    'SERVICE_EXITED',
    say(
      input.run,
      `${server}: 服务启动后已退出，最后一次应答：${answer}。请修正后再部署；该服务最后的输出：${shown}`,
      `${server}: the service has exited after its start, last answer: ${answer}. ` +
        `Correct it and deploy again; the last lines of its output: ${shown}`,
    ),
  );
}

/** Until a service answers well, several times in a row. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { HealthSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import { type OnServer, type ServerPorts, seconds } from './context.ts';
import { exited } from './exited.ts';
import { mannerOf } from './manner.ts';
import { countDown, pause } from './pace.ts';
import { type Answer, askServer, describeAnswer, serviceUrl } from './requests.ts';

/**
 * k consecutive good answers of the health path within the limit (`health.ready`). Ends early where
 * the service has exited: waiting would not bring it back.
 * @param port where it listens; absent: the server's service port
 * @returns a line of evidence
 * @throws ApplicationFailure SERVICE_EXITED | SERVICE_NOT_READY
 */
export async function waitUntilReady(
  ports: ServerPorts,
  input: OnServer,
  health: HealthSettings,
  port = ports.hosts.get(input.server).servicePort,
): Promise<string> {
  const { successes, intervalMilliseconds, limitSeconds } = health.ready;
  const manner = await mannerOf(ports, input, health);
  const clock = countDown(limitSeconds * 1000);
  const { server } = input;
  const host = ports.hosts.get(server);
  const request = { path: health.path, port };
  const url = serviceUrl(host, manner, request);
  let inRow = 0;
  let last: Answer | null = null;
  while (inRow < successes) {
    if (clock.remainingMs() === 0) throw notReady(input, limitSeconds, url, last);
    const state = await ports.runtime.inspect(server, input.run.service);
    if (!state.running) throw await exited(ports, input, last);
    // Its whole time even near the limit: a last answer that we cut short would tell nothing.
    last = await askServer(ports.http, host, manner, request);
    inRow = last.kind === 'answered' && last.status === health.status ? inRow + 1 : 0;
    if (inRow < successes) await pause(intervalMilliseconds, clock);
  }
  const time = seconds(clock.elapsedMs());
  return say(
    input.run,
    `${time} 后就绪，连续 ${inRow} 次正常应答`,
    `ready after ${time}, ${inRow} good answers in a row`,
  );
}

function notReady(input: OnServer, limitSeconds: number, url: string, last: Answer | null): Error {
  const answer = last === null ? '-' : describeAnswer(input, last);
  const named = { server: input.server, seconds: limitSeconds, url, answer };
  return diagnosed(input.run, diagnose('SERVICE_NOT_READY', 'late', named));
}

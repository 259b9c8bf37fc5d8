/** Stopping the service that runs, and waiting for the one that was started. */
import type { ActionInput, ActionResult } from '../../plan/run.ts';
import type { StopResult } from '../../ports/container-runtime.ts';
import { fact, type Scoped, type ServerPorts, say, seconds, section, serverOf } from './context.ts';
import { heartbeatWhile } from './pace.ts';
import { waitUntilReady } from './ready.ts';

/** service.stop: signal, grace, then force; the release stays on the server. */
export async function stopService(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const server = serverOf(input);
  const state = await ports.runtime.inspect(server, input.run.service);
  // Also where nothing runs: an engine may be about to bring it up again.
  const stopped = await stopRunning(ports, input);
  const lines = state.running
    ? [describeStop(input, stopped)]
    : [say(input, '服务没有在运行', 'the service was not running')];
  const { running, release } = await ports.runtime.inspect(server, input.run.service);
  if (running) {
    lines.push(
      say(input, `仍在运行 ${release?.version ?? ''}`, `still runs ${release?.version ?? ''}`),
    );
  }
  return { facts: [fact('service.stopped', !running, lines.join('; '))], evidence: lines };
}

/** Stops whatever of this service runs. The caller has read that something does. */
export function stopRunning(ports: ServerPorts, input: Scoped): Promise<StopResult> {
  const { signal, graceSeconds, before } = section(input, 'runtime').stop;
  const stop = { signal, graceMs: graceSeconds * 1000, ...(before !== undefined && { before }) };
  return heartbeatWhile(() => ports.runtime.stop(serverOf(input), input.run.service, stop));
}

export function describeStop(input: Scoped, { forced, durationMs }: StopResult): string {
  const time = seconds(durationMs);
  if (!forced)
    return say(input, `${time} 后正常停止，强制结束 0 个`, `stopped after ${time}, 0 forced ends`);
  const { graceSeconds } = section(input, 'runtime').stop;
  return say(
    input,
    `宽限 ${graceSeconds}s 后强制结束（共 ${time}）`,
    `ended by force after a grace of ${graceSeconds}s (${time} in all)`,
  );
}

/** service.ready: k consecutive good answers within the limit. */
export async function awaitService(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const line = await waitUntilReady(ports, input);
  return { facts: [fact('service.ready', true, line)], evidence: [line] };
}

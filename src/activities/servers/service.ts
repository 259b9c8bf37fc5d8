/** Stopping the service that runs, and waiting for the one that was started. */
import type { awaitService } from '../../actions/servers/ready.ts';
import type { stopService } from '../../actions/servers/stop.ts';
import { say } from '../../diagnostics/language.ts';
import type { HealthSettings, RuntimeSettings } from '../../plan/settings.ts';
import type { StopResult } from '../../ports/container-runtime.ts';
import type { OutcomeOf } from '../implement.ts';
import { type OnServer, reading, type ServerPorts, seconds } from './context.ts';
import { believedManifest, readManifest } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';
import { waitUntilReady } from './ready.ts';

/** service.stop: as the release that runs says: signal, grace, then force; it stays on the server. */
export async function stop(
  ports: ServerPorts,
  input: OnServer,
  runtime: RuntimeSettings,
): Promise<OutcomeOf<typeof stopService>> {
  const { server } = input;
  const state = await ports.runtime.inspect(server, input.run.service);
  // Where nothing runs, what it ran with stops nobody: the deployment may be the cure.
  const read = state.running ? readManifest : believedManifest;
  const kept = state.release === null ? null : await read(ports, input, state.release);
  // Also where nothing runs: an engine may be about to bring it up again.
  const spares = input.run.requestId;
  const stopped = await stopRunning(ports, input, kept?.stop ?? runtime.stop, spares);
  const lines = state.running
    ? [stopped]
    : [say(input.run, '服务没有在运行', 'the service was not running')];
  const { running, release } = await ports.runtime.inspect(server, input.run.service);
  if (running) {
    lines.push(
      say(input.run, `仍在运行 ${release?.version ?? ''}`, `still runs ${release?.version ?? ''}`),
    );
  }
  return { facts: { 'service.stopped': reading(!running, lines.join('; ')) }, evidence: lines };
}

/** Stops what of this service runs. @param spares a run whose release goes on @returns a line of evidence */
export async function stopRunning(
  ports: ServerPorts,
  input: OnServer,
  { signal, graceSeconds, before }: RuntimeSettings['stop'],
  spares?: string,
): Promise<string> {
  const how = {
    graceMs: graceSeconds * 1000,
    ...(signal !== undefined && { signal }),
    ...(before !== undefined && { before }),
    ...(spares !== undefined && { spares }),
  };
  const stopped = await heartbeatWhile(() =>
    ports.runtime.stop(input.server, input.run.service, how),
  );
  return describeStop(input, graceSeconds, stopped);
}

function describeStop(
  input: OnServer,
  graceSeconds: number,
  { forced, durationMs }: StopResult,
): string {
  const time = seconds(durationMs);
  if (!forced)
    return say(input.run, `${time} 后正常停止，无强制结束`, `stopped after ${time}, not forced`);
  return say(
    input.run,
    `宽限 ${graceSeconds}s 后强制结束（共 ${time}）`,
    `killed after the grace time of ${graceSeconds}s (${time} in total)`,
  );
}

/** service.ready: k consecutive good answers within the limit. */
export async function awaitReady(
  ports: ServerPorts,
  input: OnServer,
  health: HealthSettings,
): Promise<OutcomeOf<typeof awaitService>> {
  const line = await waitUntilReady(ports, input, health);
  return { facts: { 'service.ready': reading(true, line) }, evidence: [line] };
}

/** The release that ran before a run, and what it ran with. */

import { restoredRunId } from '../../actions/restored.ts';
import { say } from '../../diagnostics/language.ts';
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { ServerBefore } from '../../plan/run.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { composeManifest, type ReleaseSettings, startOf } from './manifest.ts';
import { writeManifest } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';
import { pullRelease } from './release.ts';
import type { PoolSettings } from './serving.ts';

export type Release = NonNullable<ServerBefore['release']>;

/**
 * Starts the release that ran before, with what it ran with: as the server kept it, else as its
 * manifest says. One without a manifest (from an earlier Runsheet) is given this run's settings.
 * @param names the start, and the run that is undone: by default, this is what it restores
 * @returns a line of evidence
 */
export async function startFormer(
  ports: ServerPorts,
  input: OnServer,
  settings: ReleaseSettings,
  former: Release,
  kept: ReleaseManifest | null,
  names = { runId: restoredRunId(input.run.requestId), undoes: input.run.requestId },
): Promise<string> {
  const { server, run } = input;
  const { digest, version } = former;
  const { runId } = names;
  // The next run finds what it runs with under the name of this start.
  if (kept !== null) await writeManifest(ports, input, { ...kept, run: runId });
  const port = kept?.port ?? ports.hosts.get(server).servicePort;
  const isBack = await heartbeatWhile(() =>
    ports.runtime.resume(server, run.service, { digest, port, ...names }),
  );
  if (isBack) return say(run, '按服务器上保留的原样启动', 'started as the server had kept it');
  const manifest =
    kept ?? (await composeManifest(ports, input, settings, { digest, version, runId }));
  await pullRelease(ports, input, digest, manifest.repository);
  const start = { ...(await startOf(ports, { ...manifest, run: runId })), undoes: run.requestId };
  if (kept === null) await writeManifest(ports, input, manifest);
  await heartbeatWhile(() => ports.runtime.start(server, run.service, start));
  return kept === null
    ? say(
        run,
        `服务器上没有记录 ${version} 的运行设置，已按本次运行的设置启动`,
        `nothing on the server says what ${version} ran with: started with this run's settings`,
      )
    : say(run, `按 ${version} 自己的设置启动`, `started with what ${version} ran with`);
}

/** By what the release that ran before is judged: its own health check, where that is known. */
export function judgedBy(
  kept: ReleaseManifest | null,
  { health, balancer }: PoolSettings,
): PoolSettings {
  if (kept === null) return { health, balancer };
  const { requests } = balancer.verify;
  const { verifyPath: path, verifyHost: host } = kept;
  const verify = { requests, path, ...(host !== undefined && { host }) };
  return { health: kept.health, balancer: { ...balancer, verify } };
}

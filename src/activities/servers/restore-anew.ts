/** service.restore where a person wants the former release started with runsheet.yaml as it is now. */
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { RuntimeSettings } from '../../plan/settings.ts';
import type { CompensationWork } from '../implement.ts';
import type { ServerPorts } from './context.ts';
import { describeDifference } from './difference.ts';
import type { Release } from './former.ts';
import { composeManifest, digestOf, startOf } from './manifest.ts';
import { believedManifest, writeManifest } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';
import { pullRelease } from './release.ts';
import { stopRunning } from './service.ts';

/** Enough of a digest to tell a project's settings apart. */
const NAME_CHARACTERS = 12;

export interface StartedAnew {
  readonly lines: readonly string[];
  readonly manifest: ReleaseManifest;
}

/**
 * Starts the former release with the settings of now, and once only: the start is named after them, so
 * that a repeated attempt finds it running, and one after a further change starts it again. Everything
 * that may be wrong with them is found before anything is stopped.
 */
export async function startAnew(
  ports: ServerPorts,
  input: CompensationWork,
  former: Release,
  stop: RuntimeSettings['stop'],
): Promise<StartedAnew> {
  const { server, run } = input;
  const settings = await ports.currentSettings(run);
  const { digest, version } = former;
  const draft = await composeManifest(ports, input, settings, { digest, version, runId: '' });
  const manifest = { ...draft, run: currentRunId(run.requestId, draft) };
  const start = { ...(await startOf(ports, manifest)), undoes: run.requestId };
  const lines = [describeDifference(input, await believedManifest(ports, input, former), manifest)];
  const state = await ports.runtime.inspect(server, run.service);
  const isThere = state.running && state.release?.runId === manifest.run;
  if (state.running && !isThere) lines.push(await stopRunning(ports, input, stop));
  if (!isThere) {
    await pullRelease(ports, input, digest, manifest.repository);
    await writeManifest(ports, input, manifest);
    await heartbeatWhile(() => ports.runtime.start(server, run.service, start));
  }
  return { lines, manifest };
}

function currentRunId(requestId: string, manifest: ReleaseManifest): string {
  const hex = digestOf(Buffer.from(JSON.stringify(manifest))).slice('sha256:'.length);
  return `${requestId}-current-${hex.slice(0, NAME_CHARACTERS)}`;
}

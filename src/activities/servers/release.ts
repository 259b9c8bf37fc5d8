/** Fetching and starting the new release. */

import type { pullImage } from '../../actions/servers/pull.ts';
import type { startService } from '../../actions/servers/start.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { type OnServer, reading, type ServerPorts, shortDigest } from './context.ts';
import { exited } from './exited.ts';
import { keepFiles } from './kept-files.ts';
import { composeManifest, type ReleaseSettings, startOf } from './manifest.ts';
import { writeManifest } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';

/** image.pull: the digest that the registry gave the build; moving the tag afterwards changes nothing. */
export async function pull(
  ports: ServerPorts,
  input: WorkOf<typeof pullImage>,
  { repository }: ImageSettings,
): Promise<OutcomeOf<typeof pullImage>> {
  const { server } = input;
  const { digest } = input.image;
  await heartbeatWhile((signal) =>
    ports.runtime.pull(server, input.run.service, { repository, digest }, { signal }),
  );
  const { present } = await ports.runtime.inspect(server, input.run.service);
  const detail = say(
    input.run,
    `${shortDigest(digest)} 已在服务器上`,
    `${shortDigest(digest)} is on the server`,
  );
  const missing = say(
    input.run,
    `${shortDigest(digest)} 不在服务器上`,
    `${shortDigest(digest)} is not on the server`,
  );
  const value = present.includes(digest);
  return {
    facts: { 'release.present': reading(value, value ? detail : missing) },
    evidence: [value ? detail : missing],
  };
}

/** Fetches where it is missing. */
export async function pullRelease(
  ports: ServerPorts,
  input: OnServer,
  digest: string,
  repository: string,
): Promise<void> {
  const { server } = input;
  const state = await ports.runtime.inspect(server, input.run.service);
  if (state.present.includes(digest)) return;
  await heartbeatWhile((signal) =>
    ports.runtime.pull(server, input.run.service, { repository, digest }, { signal }),
  );
}

/** service.start: the pulled digest, once: a repeated attempt finds it running. */
export async function start(
  ports: ServerPorts,
  input: WorkOf<typeof startService>,
  settings: ReleaseSettings,
): Promise<OutcomeOf<typeof startService>> {
  const { server } = input;
  const { digest } = input.image;
  const state = await ports.runtime.inspect(server, input.run.service);
  if (state.running && state.release?.digest !== digest) {
    const version = state.release?.version ?? { zh: '另一个版本', en: 'another version' };
    throw diagnosed(input.run, diagnose('CONFLICT', 'serviceStillRuns', { server, version }));
  }
  if (!state.running) {
    const { version, requestId: runId } = input.run;
    const manifest = await composeManifest(ports, input, settings, { digest, version, runId });
    const release = await startOf(ports, manifest);
    await keepFiles(ports, input, manifest);
    await writeManifest(ports, input, manifest);
    await heartbeatWhile(() => ports.runtime.start(server, input.run.service, release));
  }
  return readBack(ports, input, digest);
}

async function readBack(
  ports: ServerPorts,
  input: OnServer,
  digest: string,
): Promise<OutcomeOf<typeof startService>> {
  const { running, release } = await ports.runtime.inspect(input.server, input.run.service);
  if (!running && release?.digest === digest) throw await exited(ports, input, null);
  const runs = running ? (release?.digest ?? '-') : '-';
  const detail =
    runs === digest
      ? say(
          input.run,
          `正在运行 ${input.run.version}（${shortDigest(digest)}）`,
          `runs ${input.run.version} (${shortDigest(digest)})`,
        )
      : say(
          input.run,
          `应运行 ${shortDigest(digest)}，实际为 ${shortDigest(runs)}`,
          `should run ${shortDigest(digest)}, runs ${shortDigest(runs)}`,
        );
  return { facts: { 'service.deployed': reading(runs === digest, detail) }, evidence: [detail] };
}

/** Fetching and starting releases: the new one, and the one that ran before. */
import type { pullImage } from '../../actions/servers/pull.ts';
import type { startService } from '../../actions/servers/start.ts';
import { say } from '../../diagnostics/language.ts';
import type { ServerBefore } from '../../plan/run.ts';
import type { ImageSettings, RuntimeSettings } from '../../plan/settings.ts';
import type { ContainerOptions, ReleaseStart } from '../../ports/container-runtime.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { containerOptions } from './container.ts';
import { fail, type OnServer, reading, type ServerPorts, shortDigest } from './context.ts';
import { exited } from './exited.ts';
import { heartbeatWhile } from './pace.ts';
import { fill, placeholderValues, reveal } from './render.ts';

type Release = NonNullable<ServerBefore['release']>;

/** How a release is run. */
export interface ReleaseSettings {
  readonly image: ImageSettings;
  readonly runtime: RuntimeSettings;
  readonly container: ContainerOptions;
}

/** image.pull: the digest that the registry gave the build; moving the tag afterwards changes nothing. */
export async function pull(
  ports: ServerPorts,
  input: WorkOf<typeof pullImage>,
  { repository }: ImageSettings,
): Promise<OutcomeOf<typeof pullImage>> {
  const { server } = input;
  const { digest } = input.image;
  await pullRelease(ports, input, digest, repository);
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
    throw fail(
      'CONFLICT',
      say(
        input.run,
        `${server} 仍在运行 ${state.release?.version ?? '另一版本'}；启动新版本前请先停止它`,
        `${server} still runs ${state.release?.version ?? 'another version'}; stop it before the new one is started`,
      ),
    );
  }
  if (!state.running) {
    const { version, requestId } = input.run;
    const release = await releaseStart(ports, input, settings, { digest, version }, requestId);
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

/** Marks what a restore started, so that it is never taken for the new release of the same run. */
export function restoredRunId(requestId: string): string {
  return `${requestId}-restored`;
}

/**
 * Starts the release that ran before, with its own digest and version, and with the command and
 * environment of the settings pinned for this run. A runtime that keeps a release's former start
 * parameters may use those instead.
 */
export async function startFormer(
  ports: ServerPorts,
  input: OnServer,
  settings: ReleaseSettings,
  former: Release,
): Promise<void> {
  await pullRelease(ports, input, former.digest, settings.image.repository);
  const id = restoredRunId(input.run.requestId);
  const release = {
    ...(await releaseStart(ports, input, settings, former, id)),
    undoes: input.run.requestId,
  };
  await heartbeatWhile(() => ports.runtime.start(input.server, input.run.service, release));
}

async function releaseStart(
  ports: ServerPorts,
  input: OnServer,
  { image, runtime, container: settings }: ReleaseSettings,
  { digest, version }: Release,
  runId: string,
): Promise<ReleaseStart> {
  const { command, environment } = runtime;
  const port = ports.hosts.get(input.server).servicePort;
  const values = placeholderValues(input, port, version);
  const variables = await Promise.all(
    Object.entries(environment).map(async ([name, value]): Promise<[string, string]> => {
      return [
        name,
        await reveal(ports.secrets, fill(value, values, `runtime.environment.${name}`)),
      ];
    }),
  );
  const container = containerOptions(image, settings, values);
  return {
    digest,
    version,
    runId,
    ...(container !== undefined && { container }),
    command: command.map((part) => fill(part, values, 'runtime.command')),
    environment: Object.fromEntries(variables),
    port,
  };
}

/** Fetching and starting releases: the new one, and the one that ran before. */
import type { ActionInput, ActionResult, ImagePin, ServerBefore } from '../../plan/run.ts';
import type { ReleaseStart } from '../../ports/container-runtime.ts';
import { containerOptions } from './container.ts';
import {
  fact,
  fail,
  type Scoped,
  type ServerPorts,
  say,
  section,
  serverOf,
  shortDigest,
} from './context.ts';
import { exited } from './exited.ts';
import { heartbeatWhile } from './pace.ts';
import { fill, placeholderValues, reveal } from './render.ts';

/** image.pull: the digest that the registry gave the build; moving the tag afterwards changes nothing. */
export async function pullImage(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const server = serverOf(input);
  const { digest } = imageOf(input);
  await pullRelease(ports, input, digest, repositoryOf(input));
  const { present } = await ports.runtime.inspect(server, input.run.service);
  const detail = say(
    input,
    `${shortDigest(digest)} 已在服务器上`,
    `${shortDigest(digest)} is on the server`,
  );
  const missing = say(
    input,
    `${shortDigest(digest)} 不在服务器上`,
    `${shortDigest(digest)} is not on the server`,
  );
  const value = present.includes(digest);
  return {
    facts: [fact('release.present', value, value ? detail : missing)],
    evidence: [value ? detail : missing],
  };
}

/** Fetches where it is missing. */
export async function pullRelease(
  ports: ServerPorts,
  input: Scoped,
  digest: string,
  repository: string,
): Promise<void> {
  const server = serverOf(input);
  const state = await ports.runtime.inspect(server, input.run.service);
  if (state.present.includes(digest)) return;
  await heartbeatWhile((signal) =>
    ports.runtime.pull(server, input.run.service, { repository, digest }, { signal }),
  );
}

/** service.start: the pulled digest, once: a repeated attempt finds it running. */
export async function startService(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const server = serverOf(input);
  const { digest } = imageOf(input);
  const state = await ports.runtime.inspect(server, input.run.service);
  if (state.running && state.release?.digest !== digest) {
    throw fail(
      'CONFLICT',
      say(
        input,
        `${server} 仍在运行 ${state.release?.version ?? '另一版本'}；启动新版本前请先停止它`,
        `${server} still runs ${state.release?.version ?? 'another version'}; stop it before the new one is started`,
      ),
    );
  }
  if (!state.running) {
    const release = await releaseStart(
      ports,
      input,
      digest,
      input.run.version,
      input.run.requestId,
    );
    await heartbeatWhile(() => ports.runtime.start(server, input.run.service, release));
  }
  return readBack(ports, input, digest);
}

async function readBack(
  ports: ServerPorts,
  input: ActionInput,
  digest: string,
): Promise<ActionResult> {
  const { running, release } = await ports.runtime.inspect(serverOf(input), input.run.service);
  if (!running && release?.digest === digest) throw await exited(ports, input, null);
  const runs = running ? (release?.digest ?? '-') : '-';
  const detail =
    runs === digest
      ? say(
          input,
          `正在运行 ${input.run.version}（${shortDigest(digest)}）`,
          `runs ${input.run.version} (${shortDigest(digest)})`,
        )
      : say(
          input,
          `应运行 ${shortDigest(digest)}，实际为 ${shortDigest(runs)}`,
          `should run ${shortDigest(digest)}, runs ${shortDigest(runs)}`,
        );
  return { facts: [fact('service.deployed', runs === digest, detail)], evidence: [detail] };
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
  input: Scoped,
  former: NonNullable<ServerBefore['release']>,
): Promise<void> {
  await pullRelease(ports, input, former.digest, section(input, 'image').repository);
  const id = restoredRunId(input.run.requestId);
  const release = {
    ...(await releaseStart(ports, input, former.digest, former.version, id)),
    undoes: input.run.requestId,
  };
  await heartbeatWhile(() => ports.runtime.start(serverOf(input), input.run.service, release));
}

async function releaseStart(
  ports: ServerPorts,
  input: Scoped,
  digest: string,
  version: string,
  runId: string,
): Promise<ReleaseStart> {
  const { command, environment } = section(input, 'runtime');
  const port = ports.hosts.get(serverOf(input)).servicePort;
  const values = placeholderValues(input, port, version);
  const variables = await Promise.all(
    Object.entries(environment).map(async ([name, value]): Promise<[string, string]> => {
      return [
        name,
        await reveal(ports.secrets, fill(value, values, `runtime.environment.${name}`)),
      ];
    }),
  );
  const container = containerOptions(input, values);
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

function imageOf(input: ActionInput): ImagePin {
  if (input.image !== undefined) return input.image;
  throw fail(
    'NO_IMAGE',
    say(
      input,
      '本次运行没有镜像：请在模板中先构建并推送镜像，再部署',
      'this run has no image: build and push one in an earlier step of the template',
    ),
  );
}

/** The repository as the project names it, else the pin's reference without tag and digest. */
function repositoryOf(input: ActionInput): string {
  const named = input.project.image?.repository;
  if (named !== undefined) return named;
  return imageOf(input)
    .reference.replace(/@sha256:[0-9a-f]+$/u, '')
    .replace(/:[^:/]+$/u, '');
}

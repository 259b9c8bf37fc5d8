import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CallOptions,
  ContainerRuntime,
  ReleaseImage,
  ReleaseStart,
  ReleaseStop,
  ServiceState,
  StopResult,
} from '../../ports/container-runtime.ts';
import { PortError } from '../../ports/port-error.ts';
import type { ExecResult, ServerHost, ServerHosts } from '../../ports/server-host.ts';
import { examineScript, readExamination } from './examine.ts';
import {
  EXIT,
  inspectScript,
  startScript,
  stopScript,
  tailScript,
  unpackScript,
} from './script.ts';
import { readState } from './state.ts';

export interface ProcessRuntimeOptions {
  readonly hosts: ServerHosts;
  /** Writes a release's archive to a file, verified against its digest. */
  fetch(repository: string, digest: string, toFile: string, signal?: AbortSignal): Promise<void>;
  /** @throws PortError where the archive in the file could write outside its folder */
  assertSafe(name: string, file: string): Promise<void>;
  /** Quotes words for a POSIX shell. */
  readonly quote: (argv: readonly string[]) => string;
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SCRIPT_TIMEOUT_MS = 30_000;
const UNPACK_TIMEOUT_MS = 120_000;

/** Releases as plain processes, for servers without a container engine. */
export function createProcessRuntime(options: ProcessRuntimeOptions): ContainerRuntime {
  const { hosts, quote } = options;
  const inspect = async (server: string, service: string): Promise<ServiceState> => {
    const host = hosts.get(server);
    const script = inspectScript(quote([folderOf(host, service)]));
    const result = await runScript(host, script, SCRIPT_TIMEOUT_MS);
    if (result.exitCode === EXIT.missing) return readState('stopped\n--\n--\n');
    if (result.exitCode !== 0) throw failed(server, 'look at', service, result);
    return readState(result.stdout);
  };
  return {
    inspect,
    async pull(server, service, image, call) {
      const { present } = await inspect(server, service);
      if (!present.includes(image.digest))
        await pull(options, hosts.get(server), service, image, call);
    },
    start: (server, service, release) => start(options, hosts.get(server), service, release),
    stop: (server, service, stop) =>
      stopService(options, hosts.get(server), service, stop, inspect),
    async tail(server, service, lines) {
      const host = hosts.get(server);
      const script = tailScript(quote([folderOf(host, service)]), lines);
      return (await runScript(host, script, SCRIPT_TIMEOUT_MS)).stdout;
    },
    async examine(server, service, port) {
      const host = hosts.get(server);
      const folders = [folderOf(host, service), host.baseFolder] as const;
      const script = examineScript(quote([folders[0]]), quote([folders[1]]), port);
      const sentMs = Date.now();
      const result = await runScript(host, script, SCRIPT_TIMEOUT_MS);
      if (result.exitCode !== 0) throw failed(server, 'examine', service, result);
      return readExamination(result.stdout, sentMs, Date.now());
    },
    async finish(server, service, keep) {
      const host = hosts.get(server);
      const state = await inspect(server, service);
      const old = oldReleases(state, keep);
      if (old.length === 0) return;
      const folders = old.map((digest) => `${folderOf(host, service)}/releases/${hexOf(digest)}`);
      const result = await host.exec(['rm', '-rf', '--', ...folders], {
        timeoutMs: UNPACK_TIMEOUT_MS,
      });
      if (result.exitCode !== 0) throw failed(server, 'prune', service, result);
    },
  };
}

/**
 * All but the one that runs or ran last, the `keep` that were started most recently, and as many that
 * were never started: those may have been fetched for a run that waits for this one.
 */
function oldReleases({ present, release, starts }: ServiceState, keep: number): readonly string[] {
  const others = present.filter((digest) => digest !== release?.digest);
  const byStart = Object.keys(starts).filter((digest) => others.includes(digest));
  const waiting = others.filter((digest) => !Object.hasOwn(starts, digest));
  const kept = keep === 0 ? [] : [...byStart.slice(-keep), ...waiting.slice(0, keep)];
  return others.filter((digest) => !kept.includes(digest));
}

async function pull(
  options: ProcessRuntimeOptions,
  host: ServerHost,
  service: string,
  { repository, digest }: ReleaseImage,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const folder = folderOf(host, service);
  const beside = await mkdtemp(join(tmpdir(), 'runsheet-pull-'));
  try {
    const file = join(beside, 'release.tar.gz');
    await options.fetch(repository, digest, file, signal);
    await options.assertSafe(digest, file);
    onProgress?.(`${(await stat(file)).size} bytes to ${host.name}`);
    const uploaded = `${folder}/incoming/${hexOf(digest)}.tar.gz`;
    await host.writeFile(uploaded, { localFile: file }, { mode: 0o600 });
    signal?.throwIfAborted();
    const script = unpackScript(options.quote([folder]), hexOf(digest), options.quote([uploaded]));
    const result = await runScript(host, script, UNPACK_TIMEOUT_MS, signal);
    if (result.exitCode !== 0) throw failed(host.name, 'unpack', service, result);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function start(
  { quote }: ProcessRuntimeOptions,
  host: ServerHost,
  service: string,
  release: ReleaseStart,
): Promise<void> {
  const { digest, version, runId, port, command } = release;
  const environment = {
    PORT: String(port),
    RUNSHEET_VERSION: version,
    RUNSHEET_SERVER: host.name,
    RUNSHEET_SERVICE: service,
    RUNSHEET_CONFIG_DIR: `${host.baseFolder}/config`,
    ...release.environment,
  };
  // Values may be secrets: the record names no variable.
  const record = JSON.stringify({ digest, version, runId, port, command });
  const script = startScript({
    folder: quote([folderOf(host, service)]),
    hex: hexOf(digest),
    digest: quote([digest]),
    runId: quote([runId]),
    release: quote([record]),
    exports: exportsOf(host.name, environment, quote),
    command: quote(command),
  });
  const result = await runScript(host, script, SCRIPT_TIMEOUT_MS);
  if (result.exitCode === 0) return;
  if (result.exitCode === EXIT.missing) {
    throw new PortError(
      'not-found',
      host.name,
      `${host.name} has no release ${digest}.`,
      'Pull it first.',
    );
  }
  if (result.exitCode === EXIT.conflict) {
    const message = `${host.name} runs another release of ${service}.`;
    throw new PortError('conflict', host.name, message, 'Stop it first.');
  }
  throw failed(host.name, 'start', service, result);
}

function exportsOf(
  server: string,
  environment: Readonly<Record<string, string>>,
  quote: ProcessRuntimeOptions['quote'],
): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (VARIABLE.test(name)) return `export ${name}=${quote([value])}`;
    const message = `${JSON.stringify(name)} is no name of an environment variable.`;
    throw new PortError(
      'invalid',
      server,
      message,
      'Correct runtime.environment in runsheet.yaml.',
    );
  });
  return lines.join('\n');
}

async function stopService(
  { quote }: ProcessRuntimeOptions,
  host: ServerHost,
  service: string,
  { signal, graceMs, before }: ReleaseStop,
  inspect: ContainerRuntime['inspect'],
): Promise<StopResult> {
  const name = signal.replace(/^SIG/, '');
  if (!/^[A-Z0-9]{1,10}$/.test(name)) {
    throw new PortError(
      'invalid',
      host.name,
      `${signal} is no signal.`,
      'Correct runtime.stop.signal.',
    );
  }
  const began = Date.now();
  const { running } = await inspect(host.name, service);
  if (running && before !== undefined && before.length > 0) {
    const result = await host.exec(before, { timeoutMs: Math.max(graceMs, 1_000) });
    if (result.exitCode !== 0)
      throw failed(host.name, 'run the command before the stop of', service, result);
  }
  const script = stopScript(quote([folderOf(host, service)]), name, Math.ceil(graceMs / 100));
  const result = await runScript(host, script, graceMs * 2 + SCRIPT_TIMEOUT_MS);
  if (result.exitCode !== 0) throw failed(host.name, 'stop', service, result);
  const forced = result.stdout.trim() === 'forced';
  return { stopped: true, forced, durationMs: Date.now() - began };
}

/** The script goes over standard input, whole, before any of it runs. */
function runScript(
  host: ServerHost,
  script: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ExecResult> {
  const options = { stdin: script, timeoutMs, ...(signal !== undefined && { signal }) };
  return host.exec(['sh', '-c', 'rs_script=$(cat) && eval "$rs_script"'], options);
}

function folderOf(host: ServerHost, service: string): string {
  if (NAME.test(service)) return `${host.baseFolder}/services/${service}`;
  const message = `${JSON.stringify(service)} is no name of a service.`;
  throw new PortError('invalid', host.name, message, 'Use letters, digits, "_", "." and "-".');
}

function hexOf(digest: string): string {
  if (DIGEST.test(digest)) return digest.slice('sha256:'.length);
  throw new PortError(
    'invalid',
    digest,
    `${JSON.stringify(digest)} is no digest.`,
    'Pin the image again.',
  );
}

function failed(
  server: string,
  verb: string,
  service: string,
  { exitCode, stderr }: ExecResult,
): PortError {
  return new PortError(
    'unavailable',
    server,
    `${server} could not ${verb} ${service} (exit code ${exitCode ?? 'none'}): ${stderr.trim().slice(-1_000)}`,
    exitCode === EXIT.busy
      ? `Another start or stop holds ${service} on ${server}; wait for it.`
      : `Look at services/${service}/service.log below the base folder of ${server}.`,
  );
}

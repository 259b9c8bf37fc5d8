import { diagnose } from '../../diagnostics/diagnose.ts';
import type {
  ContainerRuntime,
  ReleaseStop,
  ServiceState,
  StopResult,
} from '../../ports/container-runtime.ts';
import type { ServerHost, ServerHosts } from '../../ports/server-host.ts';
import { failure } from '../refusal.ts';
import { examineScript, readExamination } from './examine.ts';
import {
  failed,
  folderOf,
  type Quote,
  RELEASE_TIMEOUT_MS,
  runScript,
  SCRIPT_TIMEOUT_MS,
} from './on-server.ts';
import { type PullOptions, pullRelease } from './pull.ts';
import { neverStarted, oldReleases, removeReleases, touchRelease } from './releases.ts';
import { EXIT, forgetScript, inspectScript, stopScript, tailScript } from './script.ts';
import { startRelease } from './start.ts';
import { readState } from './state.ts';

export interface ProcessRuntimeOptions extends PullOptions {
  readonly hosts: ServerHosts;
}

/** Releases as plain processes, for servers without a container engine. */
export function createProcessRuntime(options: ProcessRuntimeOptions): ContainerRuntime {
  const { hosts, quote } = options;
  const inspect = async (server: string, service: string): Promise<ServiceState> => {
    const host = hosts.get(server);
    const script = inspectScript(quote([folderOf(host, service)]));
    const result = await runScript(host, script, SCRIPT_TIMEOUT_MS);
    const place = folderOf(host, service);
    if (result.exitCode === EXIT.missing) return readState(server, place, 'stopped\n--\n--\n');
    if (result.exitCode !== 0) throw failed(server, { zh: '查看', en: 'look at' }, service, result);
    return readState(server, place, result.stdout);
  };
  return {
    inspect,
    // Releases come over the worker.
    mayPull: () => Promise.resolve(),
    async pull(server, service, image, call) {
      const { present } = await inspect(server, service);
      const host = hosts.get(server);
      if (!present.includes(image.digest)) await pullRelease(options, host, service, image, call);
      else await touchRelease(host, service, image.digest);
    },
    async pruneFetched(server, service, keep, toFetch) {
      const waiting = neverStarted(await inspect(server, service));
      const old = waiting.filter((digest) => digest !== toFetch).slice(keep);
      await removeReleases(hosts.get(server), service, old);
      return old;
    },
    start: (server, service, release) => startRelease(quote, hosts.get(server), service, release),
    // What a process runs with ends with it.
    resume: () => Promise.resolve(false),
    stop: (server, service, stop) => stopService(quote, hosts.get(server), service, stop, inspect),
    async forget(server, service, runId) {
      const host = hosts.get(server);
      const folder = folderOf(host, service);
      const script = forgetScript(quote([folder]), quote([runId]));
      const result = await runScript(host, script, RELEASE_TIMEOUT_MS);
      if (result.exitCode !== 0)
        throw failed(server, { zh: '删除', en: 'remove' }, service, result);
    },
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
      if (result.exitCode !== 0)
        throw failed(server, { zh: '检查', en: 'examine' }, service, result);
      return readExamination(result.stdout, sentMs, Date.now());
    },
    async finish(server, service, keep, stay = []) {
      const all = oldReleases(await inspect(server, service), keep);
      const old = all.filter((digest) => !stay.includes(digest));
      await removeReleases(hosts.get(server), service, old);
    },
  };
}

async function stopService(
  quote: Quote,
  host: ServerHost,
  service: string,
  { signal = 'SIGTERM', graceMs, before, spares = '' }: ReleaseStop,
  inspect: ContainerRuntime['inspect'],
): Promise<StopResult> {
  const name = signal.replace(/^SIG/, '');
  if (!/^[A-Z0-9]{1,10}$/.test(name)) {
    throw failure(host.name, diagnose('INVALID', 'processSignal', { value: signal }));
  }
  const began = Date.now();
  const { running, release } = await inspect(host.name, service);
  const isSpared = spares !== '' && release?.runId === spares;
  if (running && !isSpared && before !== undefined && before.length > 0) {
    const result = await host.exec(before, { timeoutMs: Math.max(graceMs, 1_000) });
    if (result.exitCode !== 0)
      throw failed(
        host.name,
        { zh: '运行停止前的命令：服务', en: 'run the command before the stop of' },
        service,
        result,
      );
  }
  const script = stopScript({
    folder: quote([folderOf(host, service)]),
    signal: name,
    graceTenths: Math.ceil(graceMs / 100),
    spares: quote([spares]),
  });
  const result = await runScript(host, script, graceMs * 2 + SCRIPT_TIMEOUT_MS);
  if (result.exitCode !== 0) throw failed(host.name, { zh: '停止', en: 'stop' }, service, result);
  const forced = result.stdout.trim() === 'forced';
  return { forced, durationMs: Date.now() - began };
}

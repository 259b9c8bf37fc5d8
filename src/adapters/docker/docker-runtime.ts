import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import type { Fence } from '../../ports/fence.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { RegistryLogin } from '../../ports/registry.ts';
import type { ServerHosts } from '../../ports/server-host.ts';
import { failure } from '../refusal.ts';
import { createEngine, type Engine, loadEngineClient } from './engine.ts';
import { examineServer } from './examine.ts';
import { pruneFetchedImages } from './fetched.ts';
import { finishService } from './finish.ts';
import { forgetService } from './forget.ts';
import { inspectService } from './inspect.ts';
import { mayPull } from './may-pull.ts';
import { pullImage } from './pull.ts';
import type { Service } from './service.ts';
import { resumeRelease, startRelease } from './start.ts';
import { stopService } from './stop.ts';
import { tailOf } from './tail.ts';

export interface DockerRuntimeOptions {
  readonly hosts: ServerHosts;
  /** `host` or `host:port` by which servers pull. */
  readonly registryHost: string;
  /** Repository in the registry, where the releases of this project are. */
  readonly repository: string;
  /** Name of the container that serves; absent: the service's. */
  readonly containerName?: string;
  /** Resolved for each pull, and given to nothing else; absent: the registry lets everybody pull. */
  readonly login?: () => Promise<RegistryLogin>;
  /** Quotes words for a POSIX shell. */
  readonly quote: (argv: readonly string[]) => string;
  /** The engine's socket on a server, which may hold `${uid}`; undefined: where Docker has it. */
  readonly socketOf?: (server: string) => string | undefined;
  /** Asked before each request to an engine; absent: everybody may. */
  readonly fence?: Fence;
}

const SOCKET = '/var/run/docker.sock';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/u;
const DIGEST = /^sha256:[0-9a-f]{64}$/u;

/** Releases as containers, over each server's one connection. */
export function createDockerRuntime(options: DockerRuntimeOptions): ContainerRuntime {
  const { hosts, registryHost, login, quote, fence } = options;
  const engines = new Map<string, Engine>();
  const client = loadEngineClient();
  const engineOf = (server: string): Engine => {
    const host = hosts.get(server);
    const socket = options.socketOf?.(server) ?? SOCKET;
    const engine =
      engines.get(server) ?? createEngine(host, { client, socket, quote, ...(fence && { fence }) });
    engines.set(server, engine);
    return engine;
  };
  const on = (server: string, service: string, repository = options.repository): Service => {
    if (!NAME.test(service)) throw invalid(server, service, 'dockerService');
    const name = options.containerName ?? service;
    const engine = engineOf(server);
    return { engine, service, name, repository: `${registryHost}/${repository}` };
  };
  return {
    inspect: async (server, service) => inspectService(on(server, service)),
    mayPull: async (server, service) => mayPull(on(server, service), login),
    async pull(server, service, { repository, digest }, call) {
      if (!DIGEST.test(digest)) throw invalid(server, digest, 'dockerDigest');
      const at = on(server, service, repository);
      await pullImage(at, digest, login, call);
    },
    pruneFetched: async (server, service, keep, toFetch) =>
      pruneFetchedImages(on(server, service), keep, toFetch),
    start: async (server, service, release) => startRelease(on(server, service), release),
    resume: async (server, service, former) => resumeRelease(on(server, service), former),
    stop: async (server, service, stop) => {
      const { signal } = stop;
      if (signal !== undefined && !/^(?:SIG)?[A-Z0-9]{1,10}$/u.test(signal))
        throw invalid(server, signal, 'dockerSignal');
      return stopService(on(server, service), stop);
    },
    tail: async (server, service, lines) => tailOf(on(server, service), lines),
    examine: async (server, service, port) => examineServer(on(server, service), port),
    forget: async (server, service, runId) => forgetService(on(server, service), runId),
    finish: async (server, service, keep, stay) => finishService(on(server, service), keep, stay),
  };
}

type Wrong = 'dockerService' | 'dockerDigest' | 'dockerSignal';

function invalid(server: string, value: string, wrong: Wrong): PortError {
  return failure(server, diagnose('INVALID', wrong, { value: JSON.stringify(value) }));
}

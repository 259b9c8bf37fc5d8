import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import { PortError } from '../../ports/port-error.ts';
import type { FakeRelease, FakeServer, FakeWorld } from './fake-world.ts';

export function createFakeContainerRuntime(world: FakeWorld): ContainerRuntime {
  return {
    async inspect(name) {
      const server = world.server(name);
      const process = world.running(server);
      return {
        running: process !== null,
        release: server.last,
        present: [...server.present],
        starts: { ...server.starts },
      };
    },
    async mayPull(name) {
      if (world.server(name).deniedPull) throw deniedPull(name);
    },
    async tail(name, _service, lines) {
      return world.server(name).output.slice(-lines).join('\n');
    },
    async examine(name) {
      const server = world.server(name);
      const { engine, platform, freeBytes, portTaken, clockOffsetMs } = server;
      const ours = world.running(server) !== null;
      const port = portTaken ? 'taken' : ours ? 'ours' : 'free';
      return { engine, platform, freeBytes, port, clockOffsetMs };
    },
    async pull(name, service, { digest }, { signal }) {
      signal?.throwIfAborted();
      const server = world.server(name);
      if (!server.present.has(digest)) {
        if (server.deniedPull) throw deniedPull(name);
        releaseOf(world, digest);
        server.pulls += 1;
        server.present.add(digest);
      }
      const isOther = (each: (typeof server.fetched)[number]): boolean =>
        each.service !== service || each.digest !== digest;
      server.fetched = [...server.fetched.filter(isOther), { service, digest }];
    },
    async pruneFetched(name, service, keep, toFetch) {
      const server = world.server(name);
      const waiting = server.fetched
        .filter((each) => each.service === service && server.present.has(each.digest))
        .map(({ digest }) => digest)
        .filter((digest) => digest !== toFetch && server.starts[digest] === undefined);
      const old = waiting.slice(0, Math.max(0, waiting.length - keep));
      for (const digest of old) server.present.delete(digest);
      return old;
    },
    async start(name, _service, start) {
      const server = world.server(name);
      const process = world.running(server);
      if (process?.digest === start.digest) return;
      if (process !== null) throw conflict(server, process.digest);
      if (!server.present.has(start.digest)) throw missing(start.digest);
      const release = { ...releaseOf(world, start.digest), version: start.version };
      world.launch(server, release, start.runId, start);
    },
    resume: () => Promise.resolve(false),
    async stop(name, _service, { graceMs, spares }) {
      const server = world.server(name);
      const process = world.running(server);
      const isSpared = process !== null && process.runId === spares;
      if (process === null || isSpared) return { forced: false, durationMs: 0 };
      const forced = world.releases.get(process.digest)?.ignoresStop === true;
      const startedMs = performance.now();
      if (forced) await new Promise((resolve) => setTimeout(resolve, graceMs));
      world.end(server);
      return { forced, durationMs: performance.now() - startedMs };
    },
    async forget(name, _service, runId) {
      const server = world.server(name);
      const isOthers = [...server.startedBy].some((each) => each !== runId);
      if (world.running(server) !== null || isOthers) return;
      server.present.clear();
      server.fetched = [];
      server.startedBy.clear();
      server.last = null;
      server.starts = {};
      server.output = [];
    },
    async finish(name, _service, keep, stay = []) {
      const server = world.server(name);
      server.finished += 1;
      const running = server.process?.digest;
      const others = [...server.present].filter(
        (digest) => digest !== running && !stay.includes(digest),
      );
      for (const digest of others.slice(0, Math.max(0, others.length - keep)))
        server.present.delete(digest);
    },
  };
}

function releaseOf(world: FakeWorld, digest: string): FakeRelease {
  const release = world.releases.get(digest);
  if (release === undefined) throw missing(digest);
  return release;
}

function missing(digest: string): PortError {
  return new PortError(
    'not-found',
    digest,
    `there is no release ${digest}`,
    'Build and push it first.',
  );
}

function conflict(server: FakeServer, digest: string): PortError {
  return new PortError('conflict', server.name, `${server.name} runs ${digest}`, 'Stop it first.');
}

function deniedPull(name: string): PortError {
  const message = `REGISTRY_DENIED: the registry does not let ${name} pull.`;
  return new PortError('refused', name, message, 'Let its user do that.');
}

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { PortError } from '../../ports/port-error.ts';
import type { ExecOptions, ExecResult, ServerHost, ServerHosts } from '../../ports/server-host.ts';
import { fakeSocketPair } from './fake-socket.ts';
import type { FakeServer, FakeWorld } from './fake-world.ts';

const DEFAULT_MODE = 0o644;

export function createFakeServerHosts(world: FakeWorld): ServerHosts {
  return {
    get: (name) => hostOf(world.server(name)),
    showHostKey: async (name) => ({
      server: world.server(name).name,
      place: name,
      key: 'ssh-ed25519 AAAA',
      fingerprint: 'SHA256:fake',
      jump: null,
      state: 'trusted',
    }),
    close: () => Promise.resolve(),
  };
}

function hostOf(server: FakeServer): ServerHost {
  const { name, address, servicePort, baseFolder } = server;
  const place = (path: string): string => posix.resolve(baseFolder, path);
  return {
    name,
    address,
    servicePort,
    baseFolder,
    async exec(argv, options = {}) {
      options.signal?.throwIfAborted();
      return kept(execute(server, argv, options), options);
    },
    readFile: (path) => Promise.resolve(server.files.get(place(path))?.content ?? null),
    async writeFile(path, source, { mode = DEFAULT_MODE, owner } = {}) {
      const content =
        typeof source === 'string' || Buffer.isBuffer(source)
          ? Buffer.from(source)
          : await readFile(source.localFile);
      server.writes += 1;
      server.files.delete(place(path));
      server.files.set(place(path), { content, mode, ...(owner !== undefined && { owner }) });
    },
    async openSocket(path) {
      const answer = server.sockets.get(path);
      if (answer === undefined) {
        throw new PortError('not-found', name, `${name} has no socket ${path}.`, 'Start it.');
      }
      const [near, far] = fakeSocketPair();
      answer(far);
      return near;
    },
  };
}

type Program = (server: FakeServer, args: readonly string[], options: ExecOptions) => ExecResult;

/** The few programs that this world has. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  true: () => result(0),
  false: () => result(1),
  cat: (_server, _args, { stdin = '' }) => result(0, stdin.toString()),
  printf: (_server, [format = '', ...values]) =>
    result(
      0,
      values.reduce((text, value) => text.replace('%s', () => value), format),
    ),
  /** Of a folder, what was written last first. */
  ls: (server, args) => {
    const folder = posix.resolve(server.baseFolder, args.at(-1) ?? '');
    const names = [...server.files.keys()].filter((path) => posix.dirname(path) === folder);
    if (names.length === 0) return result(2, '', `ls: ${folder}: no such folder`);
    return result(
      0,
      `${names
        .reverse()
        .map((path) => posix.basename(path))
        .join('\n')}\n`,
    );
  },
  rm: (server, args) => {
    for (const path of args.filter((each) => !each.startsWith('-'))) {
      server.files.delete(posix.resolve(server.baseFolder, path));
    }
    return result(0);
  },
};

function execute(server: FakeServer, argv: readonly string[], options: ExecOptions): ExecResult {
  const [name = '', ...args] = argv;
  const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  return program?.(server, args, options) ?? result(127, '', `${name}: not found`);
}

function result(exitCode: number, stdout = '', stderr = ''): ExecResult {
  return { exitCode, stdout, stderr, truncated: false };
}

/** Tells of all of it, and keeps what may be kept: the first and the last half. */
function kept(full: ExecResult, { keepBytes, onOutput }: ExecOptions): ExecResult {
  if (full.stdout !== '') onOutput?.(Buffer.from(full.stdout), 'stdout');
  if (full.stderr !== '') onOutput?.(Buffer.from(full.stderr), 'stderr');
  const limit = keepBytes ?? Number.POSITIVE_INFINITY;
  const cut = (text: string): string =>
    text.length <= limit
      ? text
      : `${text.slice(0, limit / 2)}\n[…]\n${text.slice(text.length - limit / 2)}`;
  const [stdout, stderr] = [cut(full.stdout), cut(full.stderr)];
  return { ...full, stdout, stderr, truncated: stdout !== full.stdout || stderr !== full.stderr };
}

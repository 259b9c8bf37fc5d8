/** Where the lab is on this machine, and what it is made of while it runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './shell.ts';

/** Everything of a lab that runs; gone when it is down. */
export const RUN_FOLDER = join(tmpdir(), 'runsheet-test-lab');
/** The Debian root and the engine's images: what makes the second bring-up quick. */
const CACHE_FOLDER = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'runsheet-lab',
);
const SCRIPT = fileURLToPath(new URL('../machine/lab.sh', import.meta.url));
/** debootstrap on a machine that has neither a cache nor much else to do: about a minute. */
const UP_LIMIT_MS = 400_000;

export interface MachineServer {
  readonly name: string;
  readonly address: string;
  /** As in known_hosts without the name. */
  readonly hostKey: string;
}

export interface Machine {
  /** Of the engine whose containers the servers are; images are built with it, too. */
  readonly dockerHost: string;
  /** The servers' Debian, with python3. */
  readonly rootImage: string;
  /** What the test service's image begins with. */
  readonly baseImage: string;
  /** host:port from which servers pull. */
  readonly pullRegistry: string;
  /** host:port on loopback to which images are pushed; the same store. */
  readonly pushRegistry: string;
  /** This machine's address as servers see it. */
  readonly gateway: string;
  readonly servers: readonly MachineServer[];
}

/** What runs beside the servers. */
export interface Services {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
}

export const IDENTITY_FILE = join(RUN_FOLDER, 'id_ed25519');
export const SSH_CONFIG = join(RUN_FOLDER, 'ssh_config');
export const SERVICES_FILE = join(RUN_FOLDER, 'services.json');

/** @param command of lab.sh, see there */
export function labScript(...command: readonly string[]): Promise<string> {
  const env = { LAB_RUN: RUN_FOLDER, LAB_CACHE: CACHE_FOLDER };
  return run(['bash', SCRIPT, ...command], { env, limitMs: UP_LIMIT_MS });
}

/**
 * The servers' Debian, a tar: made unless the cache has it.
 * @param runFolder of its own, because a lab may run beside it
 */
export async function rootTar(runFolder: string): Promise<string> {
  const env = { LAB_RUN: runFolder, LAB_CACHE: CACHE_FOLDER };
  await run(['bash', SCRIPT, 'prepare'], { env, limitMs: UP_LIMIT_MS });
  // It keeps one.
  const name = readdirSync(CACHE_FOLDER).find((each) => /^rslab-root-\w+\.tar$/u.test(each));
  if (name === undefined) throw new Error(`lab.sh prepare left nothing in ${CACHE_FOLDER}`);
  return join(CACHE_FOLDER, name);
}

export function machine(): Machine {
  return JSON.parse(readFileSync(join(RUN_FOLDER, 'machine.json'), 'utf8')) as Machine;
}

export function services(): Services {
  return JSON.parse(readFileSync(SERVICES_FILE, 'utf8')) as Services;
}

/** A command of the engine that the servers run in. */
export function docker(...argv: readonly string[]): Promise<string> {
  return run(['docker', ...argv], { env: { DOCKER_HOST: machine().dockerHost } });
}

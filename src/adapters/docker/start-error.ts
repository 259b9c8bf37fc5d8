import type { ContainerInfo } from 'dockerode';
import { PortError } from '../../ports/port-error.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { engineError, failureOf } from './engine-errors.ts';

const PORT_TAKEN = /port is already allocated|address already in use|ports are not available/iu;
const PORT = /:(\d{1,5})(?::[^:\d]|\s|$)/u;
const NETWORK = /network (\S+) not found/iu;

/** Why a container did not start, in a sentence that names what stands in the way. */
export async function startError(
  host: ServerHost,
  { name, port: servicePort }: { readonly name: string; readonly port: number },
  listed: readonly ContainerInfo[],
  error: unknown,
): Promise<PortError> {
  const { message } = failureOf(error);
  const server = host.name;
  if (PORT_TAKEN.test(message)) {
    const port = portIn(message) ?? servicePort;
    const holder = holderAmong(listed, port) ?? (await listenerOn(host, port));
    return new PortError(
      'conflict',
      server,
      `PORT_TAKEN: port ${port} of ${server} is held by ${holder}, so that ${name} cannot start.`,
      `Stop it, or give the service another port (runtime.port, container.ports).`,
      { cause: error },
    );
  }
  const network = NETWORK.exec(message)?.[1];
  if (network !== undefined) {
    return new PortError(
      'not-found',
      server,
      `NETWORK_MISSING: ${server} has no Docker network ${network}, which container.networks names.`,
      `Create it there (docker network create ${network}), or correct container.networks.`,
      { cause: error },
    );
  }
  return engineError(server, `start ${name}`, error);
}

/** The last port that the engine's sentence names: the one it could not bind. */
export function portIn(message: string): number | null {
  const found = PORT.exec(message)?.[1];
  return found === undefined ? null : Number(found);
}

function holderAmong(listed: readonly ContainerInfo[], port: number): string | null {
  const holder = listed.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
  return holder === undefined
    ? null
    : `the container ${(holder.Names[0] ?? '').replace(/^\//u, '')}`;
}

/** Whoever logs in may not see the program's name. */
async function listenerOn(host: ServerHost, port: number): Promise<string> {
  const argv = ['ss', '-Hltnp', `sport = :${port}`];
  const looked = await host.exec(argv, { timeoutMs: 5_000 }).catch(() => null);
  const program = /users:\(\("([^"]{1,64})",pid=(\d+)/u.exec(looked?.stdout ?? '');
  return program === null ? 'another program' : `the program ${program[1]} (process ${program[2]})`;
}

import type { ContainerInfo } from 'dockerode';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { refusal } from '../refusal.ts';
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
    const named = { server, port, holder, container: name };
    return refusal('conflict', server, diagnose('PORT_TAKEN', 'held', named), { cause: error });
  }
  const network = NETWORK.exec(message)?.[1];
  if (network !== undefined) {
    const missing = diagnose('NETWORK_MISSING', 'network', { server, network });
    return refusal('not-found', server, missing, { cause: error });
  }
  return engineError(server, { zh: `启动 ${name}`, en: `start ${name}` }, error);
}

/** The last port that the engine's sentence names: the one it could not bind. */
export function portIn(message: string): number | null {
  const found = PORT.exec(message)?.[1];
  return found === undefined ? null : Number(found);
}

function holderAmong(listed: readonly ContainerInfo[], port: number): Localized | null {
  const holder = listed.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
  if (holder === undefined) return null;
  const name = (holder.Names[0] ?? '').replace(/^\//u, '');
  return { zh: `容器 ${name} `, en: `the container ${name}` };
}

/** Whoever logs in may not see the program's name. */
async function listenerOn(host: ServerHost, port: number): Promise<Localized> {
  const argv = ['ss', '-Hltnp', `sport = :${port}`];
  const looked = await host.exec(argv, { timeoutMs: 5_000 }).catch(() => null);
  const program = /users:\(\("([^"]{1,64})",pid=(\d+)/u.exec(looked?.stdout ?? '');
  if (program === null) return { zh: '另一个程序', en: 'another program' };
  const [, name, pid] = program;
  return { zh: `程序 ${name}（进程 ${pid}）`, en: `the program ${name} (process ${pid})` };
}

import type { ServerExamination } from '../../ports/container-runtime.ts';
import { CLOCK, FREE, LISTENERS, readAnswers } from '../shell/answers.ts';
import { containersOf } from './containers.ts';
import { notWritable } from './journal.ts';
import type { Service } from './service.ts';

const SCRIPT_TIMEOUT_MS = 30_000;

/** The engine, its space, the service's port and the clock; nothing is changed. */
export async function examineServer(service: Service, port: number): Promise<ServerExamination> {
  const { engine, name } = service;
  const [info, listed] = await Promise.all([
    engine.ask({ zh: '给出自身的信息', en: 'describe itself' }, (docker) => docker.info()),
    engine.ask({ zh: '列出容器', en: 'list its containers' }, (docker, abortSignal) =>
      docker.listContainers({ all: true, abortSignal }),
    ),
  ]);
  const { ServerVersion, DockerRootDir, OSType, Architecture }: Readonly<Record<string, unknown>> =
    info;
  const script = examineScript(port);
  const folders = [String(DockerRootDir ?? '/var/lib/docker'), engine.host.baseFolder];
  const sentMs = Date.now();
  const { stdout } = await engine.host.exec(['sh', '-c', script, 'sh', ...folders], {
    timeoutMs: SCRIPT_TIMEOUT_MS,
  });
  const receivedMs = Date.now();
  if (stdout.includes('\nnot-writable\n')) throw notWritable(engine.host, 'permission denied');
  const own = containersOf(listed, [], service.service, name).filter((each) => each.running);
  const publishers = listed.filter(({ Ports }) => Ports.some((each) => each.PublicPort === port));
  const isOurs = publishers.some(({ Id }) => own.some(({ id }) => id === Id));
  const usesHost = listed.some(
    ({ Id, HostConfig }) => HostConfig.NetworkMode === 'host' && own.some(({ id }) => id === Id),
  );
  const listens = stdout.includes('\nlistening\n');
  const taken = publishers.length > 0 || listens;
  return {
    engine: `Docker ${String(ServerVersion ?? 'of an unknown version')}`,
    platform: platformOf(OSType, Architecture),
    port: isOurs || (listens && usesHost) ? 'ours' : taken ? 'taken' : 'free',
    ...readAnswers(stdout, sentMs, receivedMs),
  };
}

/** What images call an architecture that the kernel calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv6l: 'arm',
  armv7l: 'arm',
  i386: '386',
  i686: '386',
  loongarch64: 'loong64',
};

/** As an image names it. An engine says what its kernel says. */
export function platformOf(system: unknown, architecture: unknown): string | null {
  if (typeof system !== 'string' || typeof architecture !== 'string') return null;
  return `${system}/${ARCHITECTURES[architecture] ?? architecture}`;
}

/** Arguments: where Docker keeps its data, and the base folder. */
function examineScript(port: number): string {
  return `${CLOCK}${FREE}${LISTENERS}
rs_clock
rs_free "$1"
[ -z "$(rs_listeners ${port})" ] || echo listening
rs_place=$2
until [ -e "$rs_place" ] || [ "$rs_place" = / ]; do rs_place=$(dirname "$rs_place"); done
[ -w "$rs_place" ] || echo not-writable
rs_clock
`;
}

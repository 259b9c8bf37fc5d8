/** Whether a server takes the configuration files where the project wants them. Reads only. */
import { say } from '../../diagnostics/language.ts';
import type { PreflightCheck } from '../../plan/run.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import type { OnServer } from '../servers/context.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { check, failedBy } from './findings.ts';
import type { FleetPorts } from './ports.ts';

const TIMEOUT_MS = 30_000;

/** Arguments: path and user of each file. Prints what is wrong, the file's index and what it is about. */
const SCRIPT = `rs_file=0
while [ $# -gt 1 ]; do
  rs_place=$(dirname -- "$1")
  until [ -e "$rs_place" ] || [ "$rs_place" = / ]; do rs_place=$(dirname -- "$rs_place"); done
  if [ ! -d "$rs_place" ] || [ ! -w "$rs_place" ]; then
    printf 'folder %s %s\n' "$rs_file" "$rs_place"
  elif [ -n "$2" ] && [ "$(id -u)" != 0 ] && [ "$(id -un)" != "$2" ] && [ "$(id -u)" != "$2" ]; then
    printf 'owner %s %s\n' "$rs_file" "$(id -un)"
  elif [ -n "$2" ] && ! id "$2" > /dev/null 2>&1; then
    printf 'user %s %s\n' "$rs_file" "$2"
  fi
  rs_file=$((rs_file + 1))
  shift 2
done`;

const FINDING = /^(folder|owner|user) (\d+) (.+)$/gmu;
/** A file may belong to a number that no user of the server has. */
const NUMBER = /^\d+$/u;

/** Nothing is found where the server has no shell that tells. */
export async function fileChecks(
  ports: FleetPorts,
  input: OnServer,
  files: readonly ConfigurationFile[],
): Promise<readonly PreflightCheck[]> {
  if (files.length === 0) return [];
  const host = ports.hosts.get(input.server);
  const argv = files.flatMap((file) => [placeOf(host, file), userOf(file)]);
  try {
    const { stdout } = await heartbeatWhile((signal) =>
      host.exec(['sh', '-c', SCRIPT, 'sh', ...argv], { timeoutMs: TIMEOUT_MS, signal }),
    );
    return [...stdout.matchAll(FINDING)].flatMap(([, kind, index, about = '']) => {
      const file = files[Number(index)];
      if (file === undefined || (kind === 'user' && NUMBER.test(about))) return [];
      return [check('files', 'failed', sentence(input, file, kind, about))];
    });
  } catch (error) {
    await endIfCancelled();
    return [failedBy('files', error, input)];
  }
}

function placeOf({ baseFolder }: ServerHost, { path }: ConfigurationFile): string {
  return path.startsWith('/') ? path : `${baseFolder}/${path}`;
}

function userOf({ owner = '' }: ConfigurationFile): string {
  return owner.split(':')[0] ?? '';
}

function sentence(
  { run }: OnServer,
  { path, owner = '' }: ConfigurationFile,
  kind: string | undefined,
  about: string,
): string {
  if (kind === 'folder') {
    const zh = `无法写入 ${path}：登录用户不能写 ${about}。请授予该文件夹的权限，或设置 sudo: true`;
    const en = `${path} cannot be written: the login may not write ${about}. Give it that folder, or set sudo: true`;
    return say(run, zh, en);
  }
  if (kind === 'owner') {
    const zh = `只有 root 能把 ${path} 交给 ${owner}，而登录用户是 ${about}。请设置 sudo: true，或去掉 owner`;
    const en = `only root may give ${path} to ${owner}, and the login is ${about}. Set sudo: true, or leave owner out`;
    return say(run, zh, en);
  }
  const zh = `${path} 要属于 ${about}，而服务器上没有这个用户。请先建立它`;
  const en = `${path} is to belong to ${about}, a user that the server does not have. Make that user first`;
  return say(run, zh, en);
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endGroup } from '../process-group.ts';

const GRACE_MS = 3_000;

/**
 * Ends every service started below an embedded server's base folder: SIGTERM to its process group, a grace
 * time, then SIGKILL. A pid that has since gone to another program is left alone.
 */
export async function stopAllServices(baseFolder: string): Promise<void> {
  const folder = join(baseFolder, 'services');
  const services = await readdir(folder).catch(() => []);
  await Promise.all(
    services.map(async (service) => {
      const text = await readFile(join(folder, service, 'current.json'), 'utf8').catch(() => '');
      const pid = Number(/^\{"pid":"(\d+)"/.exec(text)?.[1] ?? 0);
      const start = /"processStart":"([^"]*)"/.exec(text)?.[1];
      if (pid > 1 && (await isSameProcess(pid, start))) await endGroup(pid, GRACE_MS);
    }),
  );
}

/** Without /proc (macOS), the pid alone has to do. */
async function isSameProcess(pid: number, start: string | undefined): Promise<boolean> {
  const hasProc = await readFile('/proc/self/stat').then(
    () => true,
    () => false,
  );
  if (!hasProc) return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Fields after the name, which ends at the last parenthesis; the 22nd of all is the start time.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === start;
}

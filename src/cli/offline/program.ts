/** The program beside the worker that reaches servers without Temporal, asked one thing at a time. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { builtFile } from '../../embedded/built-file.ts';
import type { OfflineEvent, OfflineRequest } from '../../plan/offline-repair.ts';
import { environmentHere, projectFolder } from '../context.ts';

/**
 * Ends with what the program tells last. Ctrl-C is the program's to heed: it stops where all that has
 * been begun is known.
 * @param onLine told what has been done so far
 */
export async function askOffline(
  request: OfflineRequest,
  onLine: (text: string) => void,
): Promise<Exclude<OfflineEvent, { readonly kind: 'line' }>> {
  const child = spawn(process.execPath, [builtFile('worker/offline/main.js')], {
    cwd: projectFolder(),
    env: { ...environmentHere() },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const heeded = (): void => undefined;
  const passOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', heeded).on('SIGTERM', passOn);
  try {
    const exited = new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(String(signal ?? code)));
    });
    child.stdin.on('error', () => undefined).end(JSON.stringify(request));
    let last: Exclude<OfflineEvent, { readonly kind: 'line' }> | null = null;
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as OfflineEvent;
      if (event.kind === 'line') onLine(event.text);
      else last = event;
    }
    const how = await exited;
    if (last === null) throw new Error(`dist/worker/offline/main.js: exit ${how}`);
    return last;
  } finally {
    process.off('SIGINT', heeded).off('SIGTERM', passOn);
  }
}

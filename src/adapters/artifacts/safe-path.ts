import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';

/**
 * Joins a name to a folder and proves that the result stays inside, links followed.
 * The file itself need not exist; where it or a folder above it is a link out, it is refused.
 * @throws PortError `refused`, its message begins with PATH_OUTSIDE_PROJECT
 */
export async function pathInside(folder: string, name: string): Promise<string> {
  if (name.includes('\0') || isAbsolute(name) || escapes(folder, resolve(folder, name))) {
    throw outside(name);
  }
  const target = resolve(folder, name);
  const realFolder = await realpath(folder);
  if (escapes(realFolder, await realTarget(target, name))) throw outside(name);
  return target;
}

/** Whether a path lies outside a folder, both taken as written. */
export function escapes(folder: string, target: string): boolean {
  const between = relative(folder, target);
  return between === '..' || between.startsWith(`..${sep}`) || isAbsolute(between);
}

/** The real path of the nearest part that exists; a dangling link counts as leading out. */
async function realTarget(target: string, name: string): Promise<string> {
  const missing: string[] = [];
  for (let path = target; ; path = resolve(path, '..')) {
    if (await exists(path)) {
      const real = await realpath(path).catch(() => {
        throw outside(name);
      });
      return join(real, ...missing);
    }
    missing.unshift(path.slice(resolve(path, '..').length).replace(/^[/\\]/, ''));
    if (resolve(path, '..') === path) return target;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function outside(name: string): PortError {
  const named = { path: JSON.stringify(name) };
  return refusal('refused', name, diagnose('PATH_OUTSIDE_PROJECT', 'folder', named));
}

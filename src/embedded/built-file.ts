import { fileURLToPath } from 'node:url';

/**
 * A file of dist by its path there: beside this one in dist; in a checkout that runs from src, in the
 * dist beside it, for neither threads nor processes of plain Node load TypeScript.
 */
export function builtFile(path: string): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(`${fromSource ? '../../dist' : '..'}/${path}`, import.meta.url));
}

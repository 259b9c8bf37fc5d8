import { fileURLToPath } from 'node:url';

/**
 * A file of dist by its path there. Code that runs from src uses the dist beside it, since neither threads
 * nor processes of plain Node load TypeScript.
 */
export function builtFile(path: string): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(`${fromSource ? '../../dist' : '..'}/${path}`, import.meta.url));
}

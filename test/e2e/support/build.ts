/** Builds dist once before the end-to-end tests: their worker is the built program, a process of its own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const LIMIT_MS = 180_000;

/** RUNSHEET_E2E_DIST names a dist that is built already, for example while others build in the checkout. */
export function setup(): void {
  if (process.env['RUNSHEET_E2E_DIST'] !== undefined) return;
  execFileSync('npm', ['run', 'build'], { cwd: CHECKOUT, stdio: 'inherit', timeout: LIMIT_MS });
}

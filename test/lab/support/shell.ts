/** Programs of this machine, run by the lab. */
import { execFile } from 'node:child_process';

const LIMIT_MS = 60_000;
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

export interface ShellOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly limitMs?: number;
}

/** @returns what it printed. @throws with the end of what it said where it fails or takes too long */
export function run(argv: readonly string[], options: ShellOptions = {}): Promise<string> {
  const [program = '', ...rest] = argv;
  const settings = {
    timeout: options.limitMs ?? LIMIT_MS,
    // The docker client passes a SIGTERM on to what it runs, and stays.
    killSignal: 'SIGKILL' as const,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, rest, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = `${stderr}${stdout}`.trim().split('\n').slice(-6).join('\n');
      reject(new Error(`${argv.join(' ')}: ${said || error.message}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** Polls until it holds. @throws naming what was waited for */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 30_000,
  everyMs = 50,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

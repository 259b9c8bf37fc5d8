/** Secrets that a program prints: SOPS, Vault, 1Password, a cloud's own. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { CommandResult } from '../../ports/command-runner.ts';
import { createCommandRunner } from '../process/command-runner.ts';
import { failure, phrase } from '../refusal.ts';

const LIMIT_MS = 30_000;
const LARGEST_CHARACTERS = 64 * 1024;
/** A fleet that needs one at once asks for it once; a value that was changed is seen after it. */
const KEPT_MS = 30_000;

export interface SecretProgramsOptions {
  /** Name → the program and its arguments, as runsheet.yaml has them; no shell is between. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Where they run: the project's folder. */
  readonly folder: string;
  /** The whole of it: these programs find their own credentials there. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now?: () => number;
}

/** Gives the value of `secret://command/NAME`. */
export type SecretPrograms = (name: string, reference: string) => Promise<string>;

/**
 * Runs a secret's program where the value is used, and keeps the value for half a minute, in memory
 * only. What it prints is the value, without the line end behind it.
 * @returns a function that throws PortError: `not-found` where no program has that name, `unavailable`
 * where it fails, takes longer than 30 s, or prints nothing or more than 64 KiB
 */
export function createSecretPrograms(options: SecretProgramsOptions): SecretPrograms {
  const { now = Date.now } = options;
  const kept = new Map<string, { readonly value: Promise<string>; readonly untilMs: number }>();
  return (name, reference) => {
    const known = kept.get(name);
    if (known !== undefined && now() < known.untilMs) return known.value;
    const value = printed(options, name, reference);
    kept.set(name, { value, untilMs: now() + KEPT_MS });
    // What failed is tried again by whoever asks next.
    value.catch(() => kept.delete(name));
    return value;
  };
}

async function printed(
  { programs, folder, environment }: SecretProgramsOptions,
  name: string,
  reference: string,
): Promise<string> {
  const argv = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (argv === undefined) {
    throw failure(reference, diagnose('NOT_FOUND', 'secretCommand', { reference, name }));
  }
  const passed = Object.keys(environment);
  const commands = createCommandRunner({ environment });
  const result = await commands.run({ argv, cwd: folder, passed, timeoutMs: LIMIT_MS });
  const value = result.stdout.replace(/\r?\n$/u, '');
  const reason = problemOf(result, value);
  if (reason === null) return value;
  const [program = ''] = argv;
  const named = { reference, program: JSON.stringify(program), name, reason };
  throw failure(reference, diagnose('UNAVAILABLE', 'secretCommandFailed', named));
}

/** Never what it printed on standard output. */
function problemOf(result: CommandResult, value: string): Localized | null {
  const { exitCode, endedBy, stderr } = result;
  if (endedBy === 'timeout') {
    const seconds = LIMIT_MS / 1000;
    return { zh: `${seconds} 秒内没有结束`, en: `it did not end within ${seconds} s` };
  }
  if (exitCode !== 0) {
    const said = phrase(stderr, 300);
    const [zh, en] = said === '' ? ['', ''] : [`：${said}`, `: ${said}`];
    const how = exitCode ?? endedBy;
    return { zh: `退出码 ${how}${zh}`, en: `exit code ${how}${en}` };
  }
  if (value === '') return { zh: '它什么也没有输出', en: 'it printed nothing' };
  return value.length <= LARGEST_CHARACTERS
    ? null
    : { zh: '它的输出超过 64 KiB', en: 'it printed more than 64 KiB' };
}

/** The process's environment and `.runsheet/env`: the only place of the project that reads process.env. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables of this process, with those that `runsheet dev` wrote for this folder below them: what
 * the caller sets wins.
 */
export function readEnvironment(folder: string): Environment {
  return { ...readEnvFile(join(folder, '.runsheet', 'env')), ...process.env };
}

/** `NAME=value` lines; a file that is not there has none. */
function readEnvFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  const lines = text.split(/\r?\n/u).map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/u.exec(line));
  return Object.fromEntries(
    lines.flatMap((found) => (found === null ? [] : [[found[1] ?? '', (found[2] ?? '').trim()]])),
  );
}

/** This process's own variables, without those of a `runsheet dev` that may have ended. */
export function environmentOfProcess(): Environment {
  return process.env;
}

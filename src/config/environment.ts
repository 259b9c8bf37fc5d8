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

/**
 * What one of several projects of a worker may see of this process: where things are and how text is
 * written. Whatever else is set here belongs to all of them, so no secret of one may stand in it.
 */
const OF_ALL =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TMPDIR|TZ|XDG_CACHE_HOME|RUNSHEET_CHECKOUTS|(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|TEMPORAL_(?:ADDRESS|NAMESPACE|PROFILE|CONFIG_FILE|UI_URL))$/iu;

/** The same for one of several projects: of this process what is everybody's, and its own file. */
export function readEnvironmentOfOne(folder: string): Environment {
  const ofAll = Object.entries(process.env).filter(([name]) => OF_ALL.test(name));
  return { ...readEnvFile(join(folder, '.runsheet', 'env')), ...Object.fromEntries(ofAll) };
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

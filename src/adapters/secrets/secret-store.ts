import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Secret, SecretStore } from '../../ports/secret-store.ts';
import { pathInside } from '../artifacts/safe-path.ts';
import { failure, refusal } from '../refusal.ts';
import { RedactedSecret } from './redacted-secret.ts';
import type { SecretPrograms } from './secret-programs.ts';

const REFERENCE = /^secret:\/\/(?:(env|file|command)\/)?([A-Za-z_][A-Za-z0-9_.-]{0,127})$/;

export interface SecretStoreOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Holds one file a secret, for example `<project>/.runsheet/secrets`. */
  readonly folder: string;
  /** Those of `secret://command/NAME`. */
  readonly programs: SecretPrograms;
  /** Told of each value that was resolved, so that output can be redacted. */
  readonly onResolved?: (value: string) => void;
}

/**
 * Resolves `secret://env/NAME` from the environment and `secret://file/NAME` from a file, whose
 * trailing line end is not part of the value. `secret://name` tries the variable NAME, then the file.
 * `secret://command/NAME` runs the program of that name.
 * A file that others may read or change is refused (SECRET_EXPOSED).
 */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  return {
    async resolve(reference) {
      const [, from, name] = REFERENCE.exec(reference) ?? [];
      if (name === undefined) throw badReference(reference);
      const value = await find(options, { from, name, reference });
      if (value === null || value === '') throw missing(reference, from, name, options.folder);
      options.onResolved?.(value);
      return new RedactedSecret(value) satisfies Secret;
    },
  };
}

interface Wanted {
  readonly from: string | undefined;
  readonly name: string;
  readonly reference: string;
}

async function find(
  options: SecretStoreOptions,
  { from, name, reference }: Wanted,
): Promise<string | null> {
  if (from === 'command') return options.programs(name, reference);
  if (from === 'env') return options.environment[name] ?? null;
  if (from === 'file') return readSecretFile(options.folder, name);
  return options.environment[variableFor(name)] ?? (await readSecretFile(options.folder, name));
}

function variableFor(name: string): string {
  return name.toUpperCase().replaceAll(/[-.]/g, '_');
}

/** Whatever others may do, and writing for the group; a group that reads is how a service is given files. */
const OF_OTHERS = 0o027;

function open(file: string, mode: number): PortError {
  const named = { file, mode: (mode & 0o777).toString(8).padStart(4, '0') };
  return refusal('refused', file, diagnose('SECRET_EXPOSED', 'file', named));
}

async function readSecretFile(folder: string, name: string): Promise<string | null> {
  try {
    const file = await pathInside(folder, name);
    const { mode } = await stat(file);
    if ((mode & OF_OTHERS) !== 0) throw open(file, mode);
    const content = await readFile(file, 'utf8');
    return content.replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof PortError) throw error;
    return null;
  }
}

function badReference(reference: string): PortError {
  return failure(
    'secrets',
    reference.startsWith('secret://')
      ? diagnose('INVALID', 'secretReference', { reference: JSON.stringify(reference) })
      : diagnose('INVALID', 'secretValue', {}),
  );
}

function missing(
  reference: string,
  from: string | undefined,
  name: string,
  folder: string,
): PortError {
  const variable = from === 'env' ? name : variableFor(name);
  const file = join(folder, name);
  if (from === 'env') {
    return failure(reference, diagnose('NOT_FOUND', 'secretVariable', { reference, variable }));
  }
  return failure(
    reference,
    from === 'file'
      ? diagnose('NOT_FOUND', 'secretFile', { reference, file })
      : diagnose('NOT_FOUND', 'secretEither', { reference, variable, file }),
  );
}

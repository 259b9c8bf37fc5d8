/** The key that seals what a release runs with. */
import { dirname, join } from 'node:path';
import { createFileSeal, createFileVerifier } from '../adapters/seal/file-seal.ts';
import type { Environment } from '../config/environment.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { canonicalJson } from '../plan/canonical.ts';
import type { Seal } from '../ports/seal.ts';
import { WorkerStartError } from './start-error.ts';

/**
 * The key that RUNSHEET_SEAL_KEY names, which all of a project's workers share; else one of this
 * folder's own, made at its first use.
 * @throws WorkerStartError SEAL_KEY_UNUSABLE
 */
export async function openSeal(stateFolder: string, environment: Environment): Promise<Seal> {
  const { file, isNamed } = keyFileOf(stateFolder, environment);
  const options = { keyFile: file, makeKey: !isNamed, canonical: canonicalJson };
  const seal = await createFileSeal(options);
  if (seal !== null) return seal;
  throw new WorkerStartError(diagnose('SEAL_KEY_UNUSABLE', 'unusable', { file }));
}

/**
 * The public keys alone, from the folder where openSeal has its key: enough to believe what a worker
 * that deploys has signed, and not to sign anything.
 * @throws WorkerStartError SEAL_KEY_UNUSABLE where there is none
 */
export async function openVerifier(stateFolder: string, environment: Environment): Promise<Seal> {
  const folder = dirname(keyFileOf(stateFolder, environment).file);
  const seal = await createFileVerifier({ folder, canonical: canonicalJson });
  if (seal !== null) return seal;
  throw new WorkerStartError(diagnose('SEAL_KEY_UNUSABLE', 'noPublic', { folder }));
}

function keyFileOf(
  stateFolder: string,
  environment: Environment,
): { readonly file: string; readonly isNamed: boolean } {
  const named = environment['RUNSHEET_SEAL_KEY'] ?? '';
  const isNamed = named !== '';
  return { file: isNamed ? named : join(stateFolder, 'keys', 'seal.pem'), isNamed };
}

/** The key that seals what a release runs with. */
import { join } from 'node:path';
import { createFileSeal } from '../adapters/seal/file-seal.ts';
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
  const named = environment['RUNSHEET_SEAL_KEY'] ?? '';
  const file = named === '' ? join(stateFolder, 'keys', 'seal.pem') : named;
  const options = { keyFile: file, makeKey: named === '', canonical: canonicalJson };
  const seal = await createFileSeal(options);
  if (seal === null) {
    throw new WorkerStartError(diagnose('SEAL_KEY_UNUSABLE', 'unusable', { file }));
  }
  return seal;
}

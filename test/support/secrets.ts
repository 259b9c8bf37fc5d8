import { RedactedSecret } from '../../src/adapters/secrets/redacted-secret.ts';
import { PortError } from '../../src/ports/port-error.ts';
import type { SecretStore } from '../../src/ports/secret-store.ts';

/** Secrets by reference, for tests. */
export function secretsOf(values: Readonly<Record<string, string>>): SecretStore {
  return {
    async resolve(reference) {
      const value = values[reference];
      if (value === undefined) {
        throw new PortError('not-found', reference, `No secret ${reference}.`, 'Set it.');
      }
      return new RedactedSecret(value);
    },
  };
}

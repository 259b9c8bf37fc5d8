import type { SecretStore } from '../../ports/secret-store.ts';

/** A setting as it stands, or what its `secret://` reference stands for. @throws PortError without a value */
export async function revealed(value: string, secrets: SecretStore): Promise<string> {
  return value.startsWith('secret://') ? (await secrets.resolve(value)).reveal() : value;
}

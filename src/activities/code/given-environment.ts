/** What the project gives its commands besides the usual: `commands.environment` of runsheet.yaml. */
import type { CommandEnvironment } from '../../plan/settings.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { reveal } from '../servers/render.ts';

export interface GivenEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** Names that the worker's environment gives, where it has them. */
  readonly passed: readonly string[];
}

/** Names whose values nobody is to read in what a command prints. */
const SECRET = /TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH/iu;

/**
 * Values of secrets, and what is passed on under the name of one, are known to the redactor then.
 * @throws PortError NOT_FOUND where a reference has no value
 */
export async function givenEnvironment(
  secrets: SecretStore,
  environment: CommandEnvironment = {},
): Promise<GivenEnvironment> {
  const values: Record<string, string> = {};
  const passed: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value !== null) values[name] = await reveal(secrets, value);
    else passed.push(name);
    // The worker may be without it, as the command is then.
    if (value === null && SECRET.test(name))
      await secrets.resolve(`secret://env/${name}`).catch(() => undefined);
  }
  return { values, passed };
}

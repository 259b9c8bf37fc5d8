/** `${name}` in configuration files, commands and environments. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { diagnosed } from '../failures.ts';
import type { OfRun, OnServer } from './context.ts';

const SECRET = 'secret://';

/** What every template may use: version, environment, server, port, service. */
export function placeholderValues(
  input: OnServer,
  port: number,
  version = input.run.version,
): Readonly<Record<string, string>> {
  const { environment, service } = input.run;
  return { version, environment, service, server: input.server, port: String(port) };
}

/**
 * Fills `${name}`. Before a brace, `$$` stands for one `$`: `$${` for a literal `${`.
 * @param place names the file or setting in the message
 * @throws ApplicationFailure BAD_CONFIGURATION for a name without a value
 */
export function fill(
  { run }: OfRun,
  text: string,
  values: Readonly<Record<string, string>>,
  place: string,
): string {
  return text.replace(
    /\$\$(?=\$*\{)|\$\{([^}]*)\}/gu,
    (whole: string, name: string | undefined) => {
      if (name === undefined) return '$';
      const value = Object.hasOwn(values, name.trim()) ? values[name.trim()] : undefined;
      if (value !== undefined) return value;
      const named = { place, placeholder: whole, known: Object.keys(values).sort() };
      throw diagnosed(run, diagnose('BAD_CONFIGURATION', 'noValue', named));
    },
  );
}

/** A `secret://name` reference becomes its value; everything else stays. */
export async function reveal(secrets: SecretStore, value: string): Promise<string> {
  return value.startsWith(SECRET) ? (await secrets.resolve(value)).reveal() : value;
}

/**
 * The values of a configuration file: a key `<environment>.<name>` holds for that environment only
 * and wins over the plain `<name>` there.
 */
export function valuesFor(
  values: Readonly<Record<string, string>>,
  environment: string,
): Readonly<Record<string, string>> {
  const prefix = `${environment}.`;
  const own = Object.entries(values)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value]);
  return { ...values, ...Object.fromEntries(own) };
}

/** Connects to the Temporal server within a time limit, with the settings of the `temporal` CLI. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import type { Environment } from '../config/environment.ts';
import { denialOf } from '../diagnostics/denial.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { TemporalConnection } from '../ports/connections.ts';
import { WorkerStartError } from './start-error.ts';

/** With the program's own start, less than the ten seconds within which a person is told. */
const LIMIT_MS = 4_000;
/** Nothing listens there, or nothing answered in time. */
const NOBODY = /tcp connect error|dns error|^no answer$/u;

/** @throws WorkerStartError NO_TEMPORAL_SERVER within 4 s */
export async function connectNative(
  temporal: TemporalConnection,
  environment: Environment,
): Promise<NativeConnection> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), LIMIT_MS);
  });
  try {
    const settings = settingsFor(temporal, environment);
    return await Promise.race([
      NativeConnection.connect({ ...settings, address: temporal.address }),
      late,
    ]);
  } catch (error) {
    const { address } = temporal;
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const answers = !NOBODY.test(reason);
    const variant = answers ? 'refused' : 'noAnswer';
    throw new WorkerStartError(diagnose('NO_TEMPORAL_SERVER', variant, { address, reason }));
  } finally {
    clearTimeout(timer);
  }
}

/** The same error, unless the server has refused what was asked of it over the connection. */
export function deniedBy({ address, namespace }: TemporalConnection, error: unknown): unknown {
  const reason = denialOf(error);
  if (reason === null) return error;
  return new WorkerStartError(
    diagnose('NO_TEMPORAL_SERVER', 'denied', { address, namespace, reason }),
  );
}

/** As the `temporal` program would connect; our own server as it is. */
function settingsFor(
  { isOwn = false }: TemporalConnection,
  environment: Environment,
): NativeConnectionOptions {
  if (isOwn) return {};
  return loadClientConnectConfig({ overrideEnvVars: definedOnly(environment) }).connectionOptions;
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Connects to the Temporal server within a time limit, with the settings of the `temporal` CLI. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Environment } from '../config/environment.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { TemporalConnection } from '../ports/connections.ts';
import { WorkerStartError } from './start-error.ts';

/** With the program's own start, less than the ten seconds within which a person is told. */
const LIMIT_MS = 4_000;

/** @throws WorkerStartError NO_TEMPORAL_SERVER within 4 s */
export async function connectNative(
  temporal: TemporalConnection,
  environment: Environment,
): Promise<NativeConnection> {
  const { connectionOptions } = loadClientConnectConfig({
    overrideEnvVars: definedOnly(environment),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), LIMIT_MS);
  });
  try {
    return await Promise.race([
      NativeConnection.connect({ ...connectionOptions, address: temporal.address }),
      late,
    ]);
  } catch {
    const { address } = temporal;
    throw new WorkerStartError(diagnose('NO_TEMPORAL_SERVER', 'noAnswer', { address }));
  } finally {
    clearTimeout(timer);
  }
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

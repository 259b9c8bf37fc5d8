/** Connects to the Temporal server within a time limit, with the settings of the `temporal` CLI. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Environment } from '../config/environment.ts';
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
    throw new WorkerStartError(
      'NO_TEMPORAL_SERVER',
      {
        zh: `${temporal.address} 上没有 Temporal 服务器应答`,
        en: `no Temporal server answers at ${temporal.address}`,
      },
      {
        zh: '请启动 runsheet dev，或改正 TEMPORAL_ADDRESS',
        en: 'start runsheet dev, or correct TEMPORAL_ADDRESS',
      },
    );
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

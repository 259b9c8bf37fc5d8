/** Which Temporal server a stage uses, and how it is reached. */
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { TemporalConnection } from '../../../src/ports/connections.ts';

/** Of whoever runs the tests, without a Temporal server that is configured there. */
export function environmentVariables(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      name === 'TEMPORAL_CLI' || !/^(TEMPORAL_|BALANCER_URL|NODE_OPTIONS|VITEST)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** As the worker connects. */
export function connectTo(
  { address, isOwn = false }: TemporalConnection,
  overrideEnvVars: Record<string, string>,
): Promise<Connection> {
  const settings = isOwn ? {} : loadClientConnectConfig({ overrideEnvVars }).connectionOptions;
  return Connection.connect({ ...settings, address });
}

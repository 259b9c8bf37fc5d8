/** How a worker starts. */
import { expect, it } from 'vitest';
import { connectNative } from '../../src/worker/connect.ts';
import { WorkerStartError } from '../../src/worker/start-error.ts';

it('a worker without a server is told so within ten seconds', async () => {
  const startedMs = Date.now();
  const temporal = { address: '127.0.0.1:1', namespace: 'default', uiUrl: null };
  const connecting = connectNative(temporal, {});
  await expect(connecting).rejects.toBeInstanceOf(WorkerStartError);
  await expect(connecting).rejects.toMatchObject({ code: 'NO_TEMPORAL_SERVER' });
  expect(Date.now() - startedMs).toBeLessThan(10_000);
});

/** What every activity is scheduled with. */
import { describe, expect, it, vi } from 'vitest';
import { HEARTBEAT_SECONDS, WORKER_ENDS } from '../../../src/actions/liveness.ts';
import { SETTINGS } from '../../support/resolved-run.ts';

vi.hoisted(() => vi.resetModules());
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  proxyActivities: () => ({}),
  proxyLocalActivities: () => ({}),
}));
const { beats, retryAfter } = await import('../../../src/workflows/tasks/activities.ts');

describe('an activity', () => {
  it('may be silent as long as the run has pinned, or else as long as is usual', () => {
    const settings = { ...SETTINGS, worker: { heartbeatSeconds: 12 } };
    expect(beats(settings)).toEqual({ heartbeatTimeout: 12_000 });
    const { worker: _, ...former } = settings;
    expect(beats(former)).toEqual({ heartbeatTimeout: HEARTBEAT_SECONDS * 1000 });
  });

  it('has attempts for workers that end on top of its own, unless it is tried once', () => {
    expect(retryAfter(2).maximumAttempts).toBe(2 + WORKER_ENDS);
    expect(retryAfter(1).maximumAttempts).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { DeploymentRecord, RecordStore } from '../../src/ports/record-store.ts';

export function sampleRecord(changes: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    requestId: 'request-1',
    workflowId: 'deploy-1',
    service: 'shipping-quotes',
    environment: 'production',
    version: 'v2.1.0',
    revision: 'a'.repeat(40),
    digest: `sha256:${'b'.repeat(64)}`,
    planDigest: `sha256:${'c'.repeat(64)}`,
    outcome: 'succeeded',
    requestedBy: 'carol',
    approvals: ['Alice (技术负责人)'],
    startedAtMs: 1_767_225_600_000,
    durationMs: 81_234,
    servers: ['app-server-1', 'app-server-2'],
    report: '# 部署报告\n\n| it\'s | "quoted" |\n',
    ...changes,
  };
}

/** What every RecordStore does. @param store gives an empty one */
export function recordStoreContract(name: string, store: () => Promise<RecordStore>): void {
  describe(`record store: ${name}`, () => {
    it('returns what was written, every field of it', async () => {
      const records = await store();
      const record = sampleRecord();
      await records.write(record);
      expect(await records.find('request-1')).toEqual(record);
    });

    it('keeps null where nothing is known', async () => {
      const records = await store();
      const record = sampleRecord({ revision: null, digest: null, servers: [], approvals: [] });
      await records.write(record);
      expect(await records.find(record.requestId)).toEqual(record);
    });

    it('leaves one record, with the later content, when a run is written twice', async () => {
      const records = await store();
      await records.write(sampleRecord());
      await records.write(sampleRecord({ outcome: 'rolled_back', durationMs: 5 }));
      const all = await records.list(10);
      expect(all).toEqual([sampleRecord({ outcome: 'rolled_back', durationMs: 5 })]);
    });

    it('leaves one record when a run is written many times at once', async () => {
      const records = await store();
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          records.write(sampleRecord({ durationMs: index })),
        ),
      );
      expect(await records.list(10)).toHaveLength(1);
    });

    it('lists the newest first, as many as asked for', async () => {
      const records = await store();
      for (const day of [2, 3, 1]) {
        await records.write(
          sampleRecord({ requestId: `request-${day}`, startedAtMs: day * 86_400_000 }),
        );
      }
      expect((await records.list(2)).map(({ requestId }) => requestId)).toEqual([
        'request-3',
        'request-2',
      ]);
    });

    it('knows the newest run that succeeded, of that version of that service there', async () => {
      const records = await store();
      const [service, environment, version] = ['shipping-quotes', 'staging', 'v2.1.0'];
      const last = () => records.lastSucceeded({ service, environment, version });
      expect(await last()).toBeNull();
      const runs: readonly Partial<DeploymentRecord>[] = [
        { requestId: 'old', startedAtMs: 1 },
        { requestId: 'right', startedAtMs: 2 },
        { requestId: 'rolled back', startedAtMs: 3, outcome: 'rolled_back' },
        { requestId: 'of production', startedAtMs: 4, environment: 'production' },
        { requestId: 'of another version', startedAtMs: 5, version: 'v2.1.0-rc.1' },
        { requestId: 'of another service', startedAtMs: 6, service: 'quotes' },
      ];
      for (const run of runs) await records.write(sampleRecord({ environment, ...run }));
      expect((await last())?.requestId).toBe('right');
      const good = await records.succeeded({ service, environment }, 2);
      expect(good.map(({ requestId }) => requestId)).toEqual(['of another version', 'right']);
      await records.write(sampleRecord({ environment, ...runs[1], outcome: 'failed' }));
      expect((await last())?.requestId).toBe('old');
    });

    it('finds nothing for a run that was never written', async () => {
      const records = await store();
      expect(await records.find('nobody')).toBeNull();
    });
  });
}

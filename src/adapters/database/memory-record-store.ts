import type { DeploymentRecord, RecordStore } from '../../ports/record-store.ts';

/** The fake for unit tests: as the database, but gone with the process. */
export function createMemoryRecordStore(): RecordStore {
  const records = new Map<string, DeploymentRecord>();
  const newestFirst = (): DeploymentRecord[] =>
    [...records.values()].sort(
      (a, b) => b.startedAtMs - a.startedAtMs || a.requestId.localeCompare(b.requestId),
    );
  return {
    write(record) {
      records.set(record.requestId, structuredClone(record));
      return Promise.resolve();
    },
    find: (requestId) => Promise.resolve(structuredClone(records.get(requestId) ?? null)),
    list(limit) {
      return Promise.resolve(structuredClone(newestFirst().slice(0, limit)));
    },
    succeeded({ service, environment }, limit) {
      const found = newestFirst().filter(
        (each) =>
          each.service === service &&
          each.environment === environment &&
          each.outcome === 'succeeded',
      );
      return Promise.resolve(structuredClone(found.slice(0, limit)));
    },
    lastSucceeded({ service, environment, version }) {
      const found = newestFirst().find(
        (each) =>
          each.service === service &&
          each.environment === environment &&
          each.version === version &&
          each.outcome === 'succeeded',
      );
      return Promise.resolve(structuredClone(found ?? null));
    },
  };
}

/** What servers run and how they stand, asked at once: what is silent hides nothing else. */
import { describe, expect, it } from 'vitest';
import { createServerStateActivities } from '../../../src/activities/fleet/server-states.ts';
import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import type { ServerStates, ShowServersInput } from '../../../src/plan/shown-server.ts';
import type { DeploymentRecord, RecordStore } from '../../../src/ports/record-store.ts';
import { NEW, OLD, run, SERVERS, type Stage, setStage } from '../servers/stage.ts';

const RECORD: DeploymentRecord = {
  requestId: run.requestId,
  workflowId: run.workflowId,
  service: run.service,
  environment: run.environment,
  version: 'v2',
  revision: null,
  digest: NEW,
  planDigest: run.planDigest,
  outcome: 'succeeded',
  requestedBy: 'alice',
  approvals: [],
  startedAtMs: 1000,
  durationMs: 500,
  servers: SERVERS,
  report: '',
};

async function shown(stage: Stage, records?: RecordStore): Promise<ServerStates> {
  const kept = records ?? createMemoryRecordStore();
  if (records === undefined) await kept.write(RECORD);
  const { showServers } = createServerStateActivities({ ...stage.ports, records: kept });
  const { service, environment } = run;
  const asked: ShowServersInput = { service, environment, servers: SERVERS, language: 'en' };
  return stage.environment.run(showServers, asked);
}

describe('showServers', () => {
  it('says of each what runs, in or out of the pool, and the run that is on record', async () => {
    const stage = await setStage();
    const [first, second] = SERVERS as [string, string, string];
    stage.world.end(stage.world.server(first));
    stage.world.server(first).present.add(NEW);
    await stage.ports.runtime.start(first, run.service, {
      digest: NEW,
      version: 'v2',
      runId: run.requestId,
      command: [],
      environment: {},
      port: 8080,
    });
    stage.world.member(second).admin = 'drain';
    const { servers, silent } = await shown(stage);
    expect(silent).toEqual([]);
    expect(servers).toMatchObject([
      {
        subject: first,
        reachable: true,
        before: { release: { digest: NEW, runId: run.requestId }, pool: 'ready' },
        run: { workflowId: 'deploy-1', version: 'v2', outcome: 'succeeded', endedAtMs: 1500 },
      },
      { subject: second, before: { release: { digest: OLD }, pool: 'drain' }, run: null },
      { before: { release: { digest: OLD }, pool: 'ready' } },
    ]);
  });

  it('tells servers without the balancer, and without the records', async () => {
    const stage = await setStage();
    const records = createMemoryRecordStore();
    const broken: Stage = {
      ...stage,
      ports: {
        ...stage.ports,
        balancer: {
          ...stage.ports.balancer,
          state: () => Promise.reject(new Error('no balancer')),
        },
      },
    };
    const { servers, silent } = await shown(broken, {
      ...records,
      find: () => Promise.reject(new Error('no records')),
    });
    expect(servers.map(({ before }) => before?.release?.digest)).toEqual([OLD, OLD, OLD]);
    expect(silent.map(({ subject, checks }) => [subject, checks[0]?.detail])).toEqual([
      ['balancer', 'no balancer'],
      ['records', 'no records'],
    ]);
  });

  it('tells the others where one does not answer', async () => {
    const stage = await setStage();
    const { runtime } = stage.ports;
    const broken: Stage = {
      ...stage,
      ports: {
        ...stage.ports,
        runtime: {
          ...runtime,
          inspect: (server, service) =>
            server === 'app-server-2'
              ? Promise.reject(new Error('no route'))
              : runtime.inspect(server, service),
        },
      },
    };
    const { servers } = await shown(broken);
    expect(servers.map(({ reachable }) => reachable)).toEqual([true, false, true]);
    expect(servers[1]).toMatchObject({ checks: [{ name: 'connection', detail: 'no route' }] });
  });
});

/** What a repair without Temporal has left: put on record once, and only where it is as it was signed. */
import { describe, expect, it } from 'vitest';
import { createServerStateActivities } from '../../../src/activities/fleet/server-states.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import {
  importEntries,
  removeImported,
  writeEntry,
} from '../../../src/activities/servers/repair-entries.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import type { RepairEntry } from '../../../src/plan/repair-entry.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import type { ServerStates, ShowServersInput } from '../../../src/plan/shown-server.ts';
import { NEW, OLD, run, SERVERS, type Stage, setStage } from './stage.ts';

const ID = 'aaaaaaaa-0000-4000-8000-000000000001';
const SERVER = 'app-server-1';
const at = { run, server: SERVER };
const ENTRY: RepairEntry = {
  schema: 1,
  kind: 'offline-repair',
  id: ID,
  name: 'offline-repair-production-aaaaaaaa',
  project: 'hello',
  service: 'hello',
  environment: 'production',
  version: 'v1',
  digest: OLD,
  outcome: 'succeeded',
  who: 'Alice (lead)',
  reason: 'Temporal\n# is down',
  startedAtMs: 1_000,
  endedAtMs: 61_000,
  servers: SERVERS.map((server) => ({ server, from: NEW, to: OLD })),
};

const codes = (refused: readonly { readonly code: string; readonly message: { en: string } }[]) =>
  refused.map(({ code, message }) => `${code}: ${message.en}`);

/** The one file, changed as somebody with a shell there would. */
function tamper(stage: Stage, change: (text: string) => string): void {
  const { files } = stage.world.server(SERVER);
  const [path, file] = [...files].find(([name]) => name.includes('/repairs/')) ?? [];
  if (path === undefined || file === undefined) throw new Error('no entry');
  files.set(path, { ...file, content: Buffer.from(change(file.content.toString())) });
}

const left = ({ world }: Stage, server = SERVER): string[] =>
  [...world.server(server).files.keys()].filter((path) => path.includes('/repairs/'));

describe('an entry of a repair without Temporal', () => {
  it('goes on record once, from whichever servers it is read, and for its owner alone', async () => {
    const stage = await setStage();
    const { ports } = stage;
    for (const server of SERVERS) await writeEntry(ports, { run, server }, ENTRY);
    expect([...stage.world.server(SERVER).files.values()].map(({ mode }) => mode)).toEqual([0o600]);
    const first = await importEntries(ports, at);
    expect(first).toEqual({ imported: [ENTRY], refused: [] });
    const record = await ports.records.find(ID);
    expect(record).toMatchObject({
      workflowId: ENTRY.name,
      version: 'v1',
      digest: OLD,
      outcome: 'succeeded',
      requestedBy: 'Alice (lead)',
      startedAtMs: 1_000,
      durationMs: 60_000,
      servers: SERVERS,
    });
    expect(record?.report).toContain('Alice (lead): Temporal # is down');
    for (const server of SERVERS)
      expect(await importEntries(ports, { run, server })).toEqual({ imported: [], refused: [] });
    expect(await ports.records.list(10)).toHaveLength(1);
    const place = { service: 'hello', environment: 'production' };
    expect(await ports.records.lastSucceeded({ ...place, version: 'v1' })).toEqual(record);
  });

  it('of one that stopped is on record as that', async () => {
    const { ports } = await setStage();
    const servers = [{ server: SERVER, from: null, to: null }];
    await writeEntry(ports, at, { ...ENTRY, outcome: 'failed', servers });
    await importEntries(ports, { ...at, run: { ...run, language: 'zh' } });
    const place = { service: 'hello', environment: 'production' };
    expect(await ports.records.find(ID)).toMatchObject({
      outcome: 'failed',
      report: expect.stringContaining('- app-server-1: – → –'),
    });
    expect(await ports.records.succeeded(place, 10)).toEqual([]);
  });

  it.each([
    ['another version', (text: string) => text.replace('"v1"', '"v2"'), 'is not as it was signed'],
    ['no JSON', () => 'x', 'is not as it was signed'],
    ['no signature', (text: string) => text.replace('"seal"', '"sea1"'), 'is not as it was signed'],
    ['an empty seal', () => '{"entry":{},"seal":{}}', 'is not as it was signed'],
    [
      'an unknown key',
      (text: string) => text.replace(/"key":"[^"]*"/u, '"key":"other"'),
      'was signed with the key other',
    ],
  ])('with %s is refused by name, stays, and is never on record', async (_name, change, said) => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    tamper(stage, change);
    for (const _ of [1, 2]) {
      const { imported, refused } = await importEntries(stage.ports, at);
      expect(imported).toEqual([]);
      expect(codes(refused)).toEqual([
        expect.stringMatching(new RegExp(`^REPAIR_ENTRY_REFUSED: on app-server-1, .*${said}`, 'u')),
      ]);
    }
    expect(await stage.ports.records.list(10)).toEqual([]);
    await removeImported(stage.ports, at);
    expect(left(stage)).toHaveLength(1);
  });

  it.each([
    ['service', { service: 'other' }],
    ['project', { project: 'other' }],
    ['server', { servers: [{ server: 'app-server-9', from: null, to: OLD }] }],
  ])('of another %s is refused although it is signed', async (_name, change) => {
    const { ports } = await setStage();
    await writeEntry(ports, at, { ...ENTRY, ...change } as RepairEntry);
    const { imported, refused } = await importEntries(ports, at);
    expect(imported).toEqual([]);
    expect(codes(refused)).toEqual([expect.stringContaining('was written for something else')]);
  });

  it('under another name than its own is refused: it would be one that is not yet on record', async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    const { files } = stage.world.server(SERVER);
    const [path = '', file] = [...files][0] ?? [];
    files.delete(path);
    if (file !== undefined) files.set(path.replace('aaaaaaaa', 'bbbbbbbb'), file);
    expect(codes((await importEntries(stage.ports, at)).refused)).toEqual([
      expect.stringContaining('was written for something else'),
    ]);
  });

  it('in a form of later, and what else the same key has signed, is refused', async () => {
    const { ports } = await setStage();
    await writeEntry(ports, at, { ...ENTRY, schema: 2 } as unknown as RepairEntry);
    const form = [expect.stringContaining('has a form that this Runsheet does not read')];
    expect(codes((await importEntries(ports, at)).refused)).toEqual(form);
    await writeEntry(ports, at, { ...ENTRY, kind: 'process' } as unknown as RepairEntry);
    expect(codes((await importEntries(ports, at)).refused)).toEqual(form);
  });

  it("of another environment is left to that one's run", async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, { ...ENTRY, environment: 'staging' });
    expect(await importEntries(stage.ports, at)).toEqual({ imported: [], refused: [] });
    expect(await stage.ports.records.list(10)).toEqual([]);
  });
});

describe('the next run', () => {
  const preflight = async (stage: Stage, language: 'zh' | 'en' = 'en') => {
    const fleet = createFleetActivities({ ...stage.ports, registry: null as never });
    const input = {
      run: { ...run, language },
      server: SERVER,
      servers: SERVERS,
      does: [],
      project: (await stage.ports.currentSettings(run)) as never,
    };
    const { checks }: PreflightResult = await stage.environment.run(
      fleet.preflightServer,
      input as never,
    );
    return checks.filter(({ name }) => name === 'records');
  };

  it('says in its preflight what it has put on record, once', async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    expect(await preflight(stage)).toEqual([
      {
        name: 'records',
        state: 'ok',
        detail:
          'put the repair without Temporal offline-repair-production-aaaaaaaa on record (Alice (lead), 1970-01-01T00:01:01.000Z): v1',
      },
    ]);
    expect(await preflight(stage)).toEqual([]);
  });

  it('goes on where one is forged, and says so', async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    tamper(stage, (text) => text.replace('"v1"', '"v2"'));
    expect(await preflight(stage, 'zh')).toEqual([
      {
        name: 'records',
        state: 'warning',
        detail: expect.stringMatching(/^REPAIR_ENTRY_REFUSED: app-server-1 .*内容与签名不符/u),
      },
    ]);
  });

  it('goes on where the records do not answer, and the entry waits', async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    const { find } = stage.ports.records;
    stage.ports.records.find = () => Promise.reject(new Error('no records'));
    expect(await preflight(stage)).toEqual([
      { name: 'records', state: 'warning', detail: 'no records' },
    ]);
    await stage.environment.run(stage.activities.finishServer, {
      run,
      server: SERVER,
      image: null,
      project: await stage.ports.currentSettings(run),
    });
    expect(left(stage)).toHaveLength(1);
    stage.ports.records.find = find;
    expect(await preflight(stage)).toMatchObject([{ state: 'ok' }]);
  });

  it('removes it after its success', async () => {
    const stage = await setStage();
    await writeEntry(stage.ports, at, ENTRY);
    const finishing = {
      run,
      server: SERVER,
      image: null,
      project: await stage.ports.currentSettings(run),
    };
    await stage.environment.run(stage.activities.finishServer, finishing);
    expect(left(stage), 'not on record yet').toHaveLength(1);
    await importEntries(stage.ports, at);
    await stage.environment.run(stage.activities.finishServer, finishing);
    expect(left(stage)).toEqual([]);
  });

  it('is preceded by whoever looks at the servers: they name what started the version', async () => {
    const stage = await setStage();
    const release = stage.world.releases.get(OLD);
    if (release === undefined) throw new Error('no v1');
    for (const server of SERVERS) {
      stage.world.launch(stage.world.server(server), release, ID);
      await writeEntry(stage.ports, { run, server }, ENTRY);
    }
    const { showServers } = createServerStateActivities(stage.ports);
    const asked: ShowServersInput = {
      service: 'hello',
      environment: 'production',
      servers: SERVERS,
      language: 'en',
      withKept: true,
    };
    const { servers, good }: ServerStates = await stage.environment.run(showServers, asked);
    expect(servers.map((each) => each.run?.workflowId)).toEqual(SERVERS.map(() => ENTRY.name));
    expect(good).toMatchObject([{ version: 'v1', digest: OLD, wasLeft: false }]);
  });
});

it('a seal that knows no key believes nothing', async () => {
  const { ports } = await setStage();
  await writeEntry({ ...ports, seal: createFakeSeal() }, at, ENTRY);
  const seal = { ...ports.seal, verify: () => Promise.resolve('unknown-key' as const) };
  const { imported, refused } = await importEntries({ ...ports, seal }, at);
  expect(imported).toEqual([]);
  expect(refused).toHaveLength(1);
});

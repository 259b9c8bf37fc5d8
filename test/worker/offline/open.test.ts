/** What the program beside the worker answers, and whom. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FoundEntries,
  importEntries,
} from '../../../src/activities/servers/repair-entries.ts';
import { loadProject } from '../../../src/config/load-project.ts';
import type { ProjectFile } from '../../../src/config/project-file.ts';
import type { OfflineEvent, OfflineRequest } from '../../../src/plan/offline-repair.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { answerOffline } from '../../../src/worker/offline/open.ts';
import { OLD, run, SERVERS, type Stage, setStage } from '../../activities/servers/stage.ts';

const FILE = `
schema: 1
service: hello
source: { kind: folder, path: . }
image: { kind: process, repository: hello, context: ., include: [server.js] }
runtime: { command: [node, server.js], port: 8080, stop: { signal: SIGTERM, grace: 1s } }
health: { path: /health }
balancer: { kind: embedded, pool: web }
environments:
  production: { embedded: true, servers: [${SERVERS.join(', ')}], operators: [lead] }
  staging: { embedded: true, servers: [s9] }
roles: { lead: { names: [Lead] }, other: { names: [Other] } }
people: { alice: { name: Alice, roles: [lead] }, bob: { name: Bob, roles: [other] } }
`;

let folder: string;
let project: ProjectFile;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runsheet-offline-'));
  writeFileSync(join(folder, 'runsheet.yaml'), FILE);
  const loaded = await loadProject(folder, {});
  if (loaded.project === null) throw new Error(JSON.stringify(loaded.diagnostics, null, 2));
  project = loaded.project;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOOK: OfflineRequest = {
  service: 'hello',
  environment: 'production',
  servers: SERVERS,
  language: 'en',
};
const REPAIR = { version: 'v1', reason: 'Temporal is down', by: 'alice' };

async function told(
  stage: Stage,
  request: OfflineRequest,
  interrupted: AbortSignal = new AbortController().signal,
): Promise<OfflineEvent[]> {
  const events: OfflineEvent[] = [];
  const ports = stage.ports as unknown as Ports;
  const redact = (text: string): string => text;
  const tell = (event: OfflineEvent): void => void events.push(event);
  await answerOffline({ project, environment: {}, ports, redact, interrupted, tell }, request);
  return events;
}

const entriesOf = ({ ports }: Stage, server: string): Promise<FoundEntries> =>
  importEntries(ports, { run: { ...run, language: 'en' }, server });

describe('a look', () => {
  it('shows what runs and what is kept, and changes nothing', async () => {
    const stage = await setStage();
    const [event, ...more] = await told(stage, LOOK);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      kind: 'states',
      states: {
        servers: SERVERS.map((subject) => ({
          subject,
          reachable: true,
          before: { release: { version: 'v1' }, pool: 'ready' },
          kept: [],
        })),
        good: [],
      },
    });
    expect(SERVERS.map((name) => stage.world.server(name).writes)).toEqual([0, 0, 0]);
  });

  it.each([
    [{ service: 'billing' }, 'billing/production has no such servers'],
    [{ environment: 'moon' }, `hello/moon has no such servers: ${SERVERS.join(', ')}`],
    [{ servers: ['s9'] }, 'hello/production has no such servers: s9'],
    [{ servers: [] }, 'hello/production has no such servers'],
    [{ servers: ['s9'], language: 'zh' }, 'hello/production 没有这样的服务器：s9'],
  ] as const)('for %j is refused', async (change, text) => {
    const events = await told(await setStage(), { ...LOOK, ...change });
    expect(events).toEqual([{ kind: 'refused', text: expect.stringContaining(text) }]);
  });

  it('ends where the person ends it', async () => {
    const asked = told(await setStage(), LOOK, AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ name: 'InterruptedError' });
  });
});

describe('a repair', () => {
  it('tells each action, and how every server stands at the end', async () => {
    const stage = await setStage();
    stage.world.end(stage.world.server('app-server-2'));
    const events = await told(stage, { ...LOOK, repair: REPAIR });
    const lines = events.flatMap((each) => (each.kind === 'line' ? each.text : []));
    expect(lines[0]).toMatch(/^every server is to run v1/u);
    expect(lines.join('\n')).toContain('app-server-2  Start the version as it ran: ');
    expect(events.at(-1)).toMatchObject({
      kind: 'ended',
      outcome: 'succeeded',
      text: null,
      states: { servers: SERVERS.map(() => ({ before: { release: { version: 'v1' } } })) },
    });
  });

  it('leaves a signed entry on every server, which the next run puts on record', async () => {
    const stage = await setStage();
    stage.world.end(stage.world.server('app-server-2'));
    await told(stage, { ...LOOK, repair: REPAIR });
    const { imported, refused } = await entriesOf(stage, 'app-server-3');
    expect(refused).toEqual([]);
    expect(imported).toMatchObject([
      {
        version: 'v1',
        digest: OLD,
        outcome: 'succeeded',
        who: 'Alice (lead)',
        reason: 'Temporal is down',
        servers: [
          { server: 'app-server-1', from: OLD, to: OLD },
          { server: 'app-server-2', from: null, to: OLD },
          { server: 'app-server-3', from: OLD, to: OLD },
        ],
      },
    ]);
    expect(await entriesOf(stage, 'app-server-1')).toEqual({ imported: [], refused: [] });
  });

  it('tells where an entry could not be left, and has repaired all the same', async () => {
    const stage = await setStage();
    const { get } = stage.ports.hosts;
    stage.ports.hosts.get = (server) => ({
      ...get(server),
      writeFile: () =>
        Promise.reject(new PortError('refused', server, 'The disk is full.', 'Free it.')),
    });
    const events = await told(stage, { ...LOOK, repair: REPAIR });
    expect(events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'succeeded' });
    expect(events).toContainEqual({
      kind: 'line',
      text: expect.stringMatching(/^app-server-1 {2}has no entry .*The disk is full\./u),
    });
  });

  it.each([
    [{ ...REPAIR, by: 'mallory' }, /^NOT_AN_APPROVER: nobody of that name/u],
    [{ ...REPAIR, by: 'bob' }, /^NOT_AN_APPROVER: Bob has none of the roles/u],
    [{ ...REPAIR, reason: ' ' }, /^BAD_DECISION: expected a reason/u],
    [{ ...REPAIR, version: 'v9' }, /^RELEASE_NOT_KEPT: /u],
  ])('%j is refused, and nothing is changed', async (repair, text) => {
    const stage = await setStage();
    const events = await told(stage, { ...LOOK, repair });
    expect(events).toEqual([{ kind: 'refused', text: expect.stringMatching(text) }]);
    expect(SERVERS.map((name) => stage.world.member(name).admin)).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
  });

  it('that stops in the middle tells how every server stands then', async () => {
    const stage = await setStage();
    stage.world.end(stage.world.server('app-server-1'));
    stage.world.server('app-server-1').deniedPull = true;
    stage.world.server('app-server-1').present.clear();
    const events = await told(stage, { ...LOOK, repair: REPAIR });
    const [first, second] = [{ subject: 'app-server-1' }, { subject: 'app-server-2' }];
    expect((await entriesOf(stage, 'app-server-2')).imported).toMatchObject([
      { outcome: 'failed', servers: [{ from: null, to: null }, { to: OLD }, { to: OLD }] },
    ]);
    expect(events.at(-1)).toMatchObject({
      kind: 'ended',
      outcome: 'stopped',
      text: expect.stringMatching(/^app-server-1: REGISTRY_DENIED: /u),
      states: {
        servers: [
          { ...first, before: { release: null, stopped: { version: 'v1' }, pool: 'drain' } },
          { ...second, before: { release: { version: 'v1' }, pool: 'ready' } },
          { before: { release: { version: 'v1' } } },
        ],
      },
    });
  });
});

import { expect, it } from 'vitest';
import { cutJournal, readJournal, type StartEntry } from '../../../src/adapters/docker/journal.ts';
import { createFakeServerHosts } from '../../../src/adapters/fake/fake-server-hosts.ts';
import { FakeWorld } from '../../../src/adapters/fake/fake-world.ts';

const host = () =>
  createFakeServerHosts(new FakeWorld({ servers: ['s1'], releases: [] })).get('s1');
const FILE = 'services/quotes/journal';
const entry = (at: number): StartEntry => ({
  kind: 'start',
  id: `container-${at}`,
  startedAt: new Date(at).toISOString(),
  digest: `sha256:${'a'.repeat(64)}`,
  run: `run "${at}"`,
});

it('reads what it wrote, and leaves out what a crash cut short', async () => {
  const server = host();
  expect(await readJournal(server, 'quotes')).toEqual([]);
  const lines = [
    JSON.stringify(entry(1)),
    '{"kind":"adopted","id":"c","restart":"always"}',
    '{"kind":"start","id":"c"}',
    '{"kind":"fetch","image":"r/app@sha256:1"}',
    '{"kind":"fetch","id":"c","restart":"no"}',
    '{"kind":"toString","id":"c"}',
    'null',
    JSON.stringify(entry(2)).slice(0, 20),
  ];
  await server.writeFile(FILE, lines.join('\n'));
  expect(await readJournal(server, 'quotes')).toEqual([
    entry(1),
    { kind: 'adopted', id: 'c', restart: 'always' },
    { kind: 'fetch', image: 'r/app@sha256:1' },
  ]);
});

it('says in which form each line is, and refuses a later one', async () => {
  const server = host();
  const many = Array.from({ length: 401 }, (_each, at) => entry(at));
  await cutJournal(server, 'quotes', many);
  const written = (await server.readFile(FILE))?.toString() ?? '';
  expect(written.match(/^\{"schema":1,/gmu)).toHaveLength(200);
  await server.writeFile(FILE, `${written}${JSON.stringify({ schema: 2, kind: 'moved' })}\n`);
  await expect(readJournal(server, 'quotes')).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/^NEWER_RUNSHEET: \S+\/journal on s1 has the form 2;/u),
  });
});

it('stays short: the newest entries are kept, in their order', async () => {
  const server = host();
  const few = Array.from({ length: 400 }, (_each, at) => entry(at));
  await cutJournal(server, 'quotes', few);
  expect(await server.readFile(FILE)).toBeNull();
  const many = [...few, entry(400)];
  await cutJournal(server, 'quotes', many);
  expect(await readJournal(server, 'quotes')).toEqual(many.slice(-200));
});

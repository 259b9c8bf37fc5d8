/** What `runsheet prune` finds, chooses and removes. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderArtifactStore } from '../../src/adapters/artifacts/folder-artifact-store.ts';
import { type Chosen, chooseLeftovers } from '../../src/cli/prune/choose.ts';
import { type Found, type FoundFile, findLeftovers } from '../../src/cli/prune/found.ts';
import { removeChosen } from '../../src/cli/prune/remove.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);
const OLD_DAYS = 100;

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'runsheet-prune-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = () => createFolderArtifactStore(place('runs'));
const find = (): Promise<Found> => {
  const artifacts = { kind: 'folder', folder: place('runs') } as const;
  return findLeftovers({ folder, connections: { artifacts } }, store());
};

const place = (name: string): string => join(folder, '.runsheet', name);

function put(name: string, content = 'x', days = OLD_DAYS): string {
  const path = place(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const at = new Date(NOW_MS - days * DAY_MS);
  utimesSync(path, at, at);
  return path;
}

/** A run of whose files all are so many days old. */
function putRun(id: string, days = OLD_DAYS): void {
  const about = { workflowId: `deploy-${id}`, service: 's', environment: 'e', version: 'v' };
  put(`runs/${id}/artifacts/run.json`, JSON.stringify({ ...about, language: 'en' }), days);
  for (const name of [...GO, ...STAY]) put(`runs/${id}/${name}`, 'x', days);
}

const GO = [
  'artifacts/logs/2-test.log',
  'artifacts/logs/2-test.json',
  'artifacts/tests/verdict.json',
  'artifacts/tests/test-1.xml',
  'artifacts/reports/1-lint-1.json',
  'artifacts/image/v1-production.local',
  'balancer-baseline-app-server-1.json',
];
const STAY = ['artifacts/report.md', 'artifacts/report.json', 'artifacts/sent/result-9-x.txt'];

const namesOf = (files: readonly FoundFile[], below: string): readonly string[] =>
  files.map((file) => file.place.slice(place(below).length + 1)).sort();

describe('what is found', () => {
  it('of a run: its logs and artifacts, never its report or what says which run it is', async () => {
    putRun('a');
    const { runs, others } = await find();
    expect(runs).toMatchObject([
      { workflowId: 'deploy-a', changedAtMs: NOW_MS - OLD_DAYS * DAY_MS },
    ]);
    expect(namesOf(runs[0]?.files ?? [], 'runs/a')).toEqual([...GO].sort());
    expect(others).toEqual([]);
  });

  it('a run is as young as the youngest of its files, also of one that stays', async () => {
    putRun('a');
    put('runs/a/artifacts/report.md', 'x', 3);
    const { runs } = await find();
    expect(runs[0]?.changedAtMs).toBe(NOW_MS - 3 * DAY_MS);
  });

  it.each([
    ['a file', 'runs/notes.txt'],
    ['a folder without run.json', 'runs/b/artifacts/logs/2-test.log', 'runs/b'],
    ['a folder whose name is no request', 'runs/.hidden/artifacts/run.json', 'runs/.hidden'],
    ['a file beside the artifacts', 'runs/a/mine.txt'],
    ['a file among the artifacts', 'runs/a/artifacts/mine.md'],
    ['a file among the logs', 'runs/a/artifacts/logs/2-test.log.bak'],
    ['a file in a folder among the logs', 'runs/a/artifacts/logs/mine/2-test.log'],
    ['an archive without labels', 'builds/shop/v2.tar.gz'],
    ['labels without an archive', 'builds/shop/v2.labels.json'],
    ['what an interrupted build has left', 'builds/shop/v2.tar.gz.0a1b2c3d'],
    ['a pair outside of a repository', 'builds/v2.tar.gz'],
  ])('%s is left alone', async (_what, name, other = name) => {
    putRun('a');
    put(name);
    const found = await find();
    expect(found.others).toEqual([place(other)]);
    expect(found.builds).toEqual([]);
    expect(found.runs.map((run) => run.files.length)).toEqual([GO.length]);
  });

  it('a build is an archive with its labels, in a repository of any depth', async () => {
    put('builds/team/shop/v1.tar.gz', 'archive', 4);
    put('builds/team/shop/v1.labels.json', '{}', 5);
    const { builds } = await find();
    expect(builds).toMatchObject([
      {
        name: 'team/shop/v1',
        changedAtMs: NOW_MS - 4 * DAY_MS,
        files: [{ bytes: 7 }, { bytes: 2 }],
      },
    ]);
  });

  it.each([
    ['a run', 'runs/b'],
    ['artifacts', 'runs/b/artifacts'],
    ['logs', 'runs/a/artifacts/logs/more'],
    ['a repository of builds', 'builds/shop'],
    ['all runs', 'runs'],
    ['all builds', 'builds'],
  ])('no link is followed: %s', async (_what, name) => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(join(elsewhere, 'artifacts/logs'), { recursive: true });
    writeFileSync(join(elsewhere, 'artifacts/run.json'), '{}');
    writeFileSync(join(elsewhere, 'v1.tar.gz'), '');
    writeFileSync(join(elsewhere, 'v1.labels.json'), '');
    if (name !== 'runs') putRun('a');
    mkdirSync(dirname(place(name)), { recursive: true });
    symlinkSync(elsewhere, place(name));
    const found = await find();
    expect(found.others).toEqual([name === 'runs/b/artifacts' ? place('runs/b') : place(name)]);
    const files = [...found.runs, ...found.builds].flatMap((each) => each.files);
    expect(files.filter((file) => file.place.includes('elsewhere'))).toEqual([]);
    expect(files.length).toBe(name === 'runs' ? 0 : GO.length);
  });

  it('a file that is a link is left alone, and so is a run.json that is one', async () => {
    putRun('a');
    putRun('b');
    const outside = join(folder, 'outside.log');
    renameSync(place('runs/b/artifacts/run.json'), outside);
    symlinkSync(outside, place('runs/b/artifacts/run.json'));
    symlinkSync(outside, place('runs/a/artifacts/logs/3-lint.log'));
    const { runs, others } = await find();
    expect(runs.map(({ workflowId }) => workflowId)).toEqual(['deploy-a']);
    expect(others).toEqual([place('runs/a/artifacts/logs/3-lint.log'), place('runs/b')]);
  });

  it('nothing where nothing is', async () => {
    expect(await find()).toEqual({ runs: [], builds: [], others: [] });
  });
});

describe('what is chosen', () => {
  const about = { requestId: 'r', name: 'logs/f', place: '/f', mark: '' };
  const FILE = { ...about, bytes: 1, changedAtMs: 0 };
  const found = (days: readonly number[]): Found => {
    const each = days.map((age, at) => ({
      name: `b${at}`,
      workflowId: `r${at}`,
      service: 's',
      environment: 'e',
      version: 'v',
      language: 'en' as const,
      changedAtMs: NOW_MS - age * DAY_MS,
      files: [FILE],
    }));
    return { runs: each, builds: each, others: [] };
  };
  const chosen = (
    days: readonly number[],
    keep: { runs: number; builds: number; days: number },
    open: readonly { workflowId: string; startedDays: number }[] = [],
  ): readonly [string, string] => {
    const { runs, builds } = chooseLeftovers(found(days), {
      keep: { runs: keep.runs, builds: keep.builds, ageMs: keep.days * DAY_MS },
      open: open.map(({ workflowId, startedDays }) => ({
        workflowId,
        startedAtMs: NOW_MS - startedDays * DAY_MS,
      })),
      nowMs: NOW_MS,
    });
    return [
      runs.map(({ workflowId }) => workflowId).join(' '),
      builds.map(({ name }) => name).join(' '),
    ];
  };
  const AGES = [200, 0.5, 100, 50];

  it.each([
    [
      'beyond the number and older than the age',
      { runs: 2, builds: 2, days: 90 },
      'r2 r0',
      'b2 b0',
    ],
    ['old, but within the number', { runs: 4, builds: 4, days: 90 }, '', ''],
    ['beyond the number, but young', { runs: 0, builds: 4, days: 150 }, 'r0', ''],
    [
      'nothing younger than a day, whatever the limits',
      { runs: 0, builds: 0, days: 0 },
      'r3 r2 r0',
      'b3 b2 b0',
    ],
  ])('%s', (_what, keep, runs, builds) => {
    expect(chosen(AGES, keep)).toEqual([runs, builds]);
  });

  it('never a run that is open, and no build that it could still push', () => {
    const keep = { runs: 0, builds: 0, days: 0 };
    expect(chosen(AGES, keep, [{ workflowId: 'r0', startedDays: 201 }])).toEqual(['r3 r2', '']);
    expect(chosen(AGES, keep, [{ workflowId: 'x', startedDays: 60 }])).toEqual([
      'r3 r2 r0',
      'b2 b0',
    ]);
    // The clocks of two machines: within a day of the start.
    expect(chosen(AGES, keep, [{ workflowId: 'x', startedDays: 49.5 }])[1]).toBe('b2 b0');
  });

  it('no run of which nothing is left to remove', () => {
    const { runs } = found([200]);
    const keep = { runs: 0, builds: 0, ageMs: 0 };
    const all = { runs: runs.map((run) => ({ ...run, files: [] })), builds: [], others: [] };
    expect(chooseLeftovers(all, { keep, open: [], nowMs: NOW_MS }).runs).toEqual([]);
  });
});

describe('what is removed', () => {
  const chosenHere = async (): Promise<Chosen> => find();

  beforeEach(() => {
    putRun('a');
    put('builds/shop/v1.tar.gz', 'archive');
    put('builds/shop/v1.labels.json', '{}');
  });

  it('is what was chosen, and nothing else', async () => {
    put('runs/a/artifacts/logs/mine.txt');
    const { removed, failed } = await removeChosen(await chosenHere(), store());
    expect(failed).toEqual([]);
    expect(removed.length).toBe(GO.length + 2);
    for (const name of GO) expect(existsSync(place(`runs/a/${name}`)), name).toBe(false);
    for (const name of [...STAY, 'artifacts/run.json', 'artifacts/logs/mine.txt'])
      expect(existsSync(place(`runs/a/${name}`)), name).toBe(true);
    const { runs, builds } = await chosenHere();
    expect([runs[0]?.files, builds]).toEqual([[], []]);
  });

  it('what was written anew meanwhile stays, and a build with it whole', async () => {
    const chosen = await chosenHere();
    put('builds/shop/v1.tar.gz', 'another', 0);
    put('runs/a/artifacts/logs/2-test.log', 'longer');
    rmSync(place('runs/a/artifacts/logs/2-test.json'));
    const { removed, failed } = await removeChosen(chosen, store());
    expect(failed).toEqual([]);
    expect(removed.length).toBe(GO.length - 2);
    for (const name of ['builds/shop/v1.tar.gz', 'builds/shop/v1.labels.json'])
      expect(existsSync(place(name)), name).toBe(true);
    expect(existsSync(place('runs/a/artifacts/logs/2-test.log'))).toBe(true);
  });

  it('through a folder that has become a link meanwhile, nothing', async () => {
    const chosen = await chosenHere();
    const elsewhere = join(folder, 'elsewhere');
    renameSync(place('runs/a/artifacts/logs'), elsewhere);
    symlinkSync(elsewhere, place('runs/a/artifacts/logs'));
    await removeChosen(chosen, store());
    expect(existsSync(join(elsewhere, '2-test.log'))).toBe(true);
    expect(existsSync(join(elsewhere, '2-test.json'))).toBe(true);
  });

  it('what cannot be removed is told, and the others go', async () => {
    const chosen = await chosenHere();
    const logs = place('runs/a/artifacts/logs');
    rmSync(logs, { recursive: true });
    writeFileSync(logs, 'no folder any more');
    const { removed, failed } = await removeChosen(chosen, store());
    expect(failed.map((each) => each.place).sort()).toEqual([
      join(logs, '2-test.json'),
      join(logs, '2-test.log'),
    ]);
    for (const { reason } of failed) expect(reason).toContain('ENOTDIR');
    expect(removed.length).toBe(GO.length - 2 + 2);
  });
});

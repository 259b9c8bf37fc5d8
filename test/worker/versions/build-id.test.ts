/** A worker's version is named by all that decides how a run goes on, and by nothing else. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildIdOf, digestOfBundle, digestSources } from '../../../src/worker/versions/build-id.ts';

const SOURCES = fileURLToPath(new URL('../../../src', import.meta.url));
const FILES = {
  'worker.js': 'start();',
  'worker/poll.js': 'poll();',
  'workflows/index.js': 'interpret();',
  'plan/plan.js': 'plan();',
  'activities/servers/start.js': 'start();',
  'adapters/ssh/exec.js': 'exec();',
  'actions/index.js': 'actions();',
  'config/schema.js': 'schema();',
  'compiler/index.js': 'compile();',
  'cli/main.js': 'cli();',
  'embedded/dev.js': 'dev();',
  'client/list.js': 'list();',
  'client.js': 'client();',
  'workflow-bundle.js': 'bundle();',
};

function folder(files: Readonly<Record<string, string>> = FILES): string {
  const root = mkdtempSync(join(tmpdir(), 'runsheet-build-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return root;
}

const digest = (changed: Partial<typeof FILES> = {}) =>
  digestSources(folder({ ...FILES, ...changed }), '.js');

describe('the digest of the sources', () => {
  it('is the same in another folder, after a rebuild, and beside what the compiler leaves', () => {
    const root = folder();
    const before = digestSources(root, '.js');
    writeFileSync(join(root, 'worker.d.ts'), 'declare');
    writeFileSync(join(root, 'worker.js.map'), root);
    utimesSync(join(root, 'worker.js'), 1, 1);
    expect(digestSources(root, '.js')).toEqual(before);
    const other = folder({});
    cpSync(root, other, { recursive: true });
    expect(digestSources(other, '.js')).toEqual(before);
  });

  it.each([
    'worker.js',
    'worker/poll.js',
    'activities/servers/start.js',
    'adapters/ssh/exec.js',
    'config/schema.js',
    'compiler/index.js',
  ] as const)('is another one where %s has changed, with the same bundle', (file) => {
    expect(digest({ [file]: 'other();' }).all).not.toBe(digest().all);
    expect(digest({ [file]: 'other();' }).workflows).toBe(digest().workflows);
  });

  it.each(['workflows/index.js', 'plan/plan.js', 'actions/index.js'] as const)(
    'is another one where %s has changed, and so is what the bundle is made of',
    (file) => {
      expect(digest({ [file]: 'other();' }).all).not.toBe(digest().all);
      expect(digest({ [file]: 'other();' }).workflows).not.toBe(digest().workflows);
    },
  );

  it('is another one where a file is there besides, or has another name', () => {
    expect(digestSources(folder({ ...FILES, 'stores/s3.js': '' }), '.js').all).not.toBe(
      digest().all,
    );
    const { 'worker/poll.js': poll, ...rest } = FILES;
    const renamed = digestSources(folder({ ...rest, 'worker/polls.js': poll }), '.js');
    expect(renamed.all).not.toBe(digest().all);
  });

  it.each([
    'cli/main.js',
    'embedded/dev.js',
    'client/list.js',
    'client.js',
    'workflow-bundle.js',
  ] as const)('does not count %s, which no worker loads', (file) => {
    expect(digest({ [file]: 'other();' })).toEqual(digest());
  });

  it('of these sources takes less than a tenth of a second of the processor', () => {
    digestSources(SOURCES, '.ts');
    const before = process.cpuUsage();
    digestSources(SOURCES, '.ts');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(100);
  });
});

describe('a build id', () => {
  const parts = { sources: 'a', bundle: 'b', lock: 'c' };

  it('is short enough for the name of a version, and depends on each part', () => {
    expect(buildIdOf(parts)).toMatch(/^[0-9a-f]{32}$/u);
    const others = [
      { sources: 'x' },
      { bundle: 'x' },
      { lock: 'x' },
      { sources: 'a\nb', bundle: '' },
    ];
    const ids = others.map((other) => buildIdOf({ ...parts, ...other }));
    expect(new Set([...ids, buildIdOf(parts)]).size).toBe(others.length + 1);
  });

  it('is named by the code of the bundle, not by its source map', () => {
    const map = (data: string): string =>
      `run();\n//# sourceMappingURL=data:application/json;base64,${data}`;
    expect(digestOfBundle(map('aaaa'))).toBe(digestOfBundle(map('bbbb')));
    expect(digestOfBundle(map('aaaa'))).toBe(digestOfBundle('run();'));
    expect(digestOfBundle('walk();')).not.toBe(digestOfBundle('run();'));
  });
});

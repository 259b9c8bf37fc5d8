import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDurationMs } from '../../src/config/durations.ts';
import { parseProject } from '../../src/config/load-project.ts';

const SAMPLE = readFileSync('examples/service/runsheet.yaml', 'utf8');

test('the sample project: every section becomes settings, people and environments', () => {
  const { project, diagnostics } = parseProject('/project', SAMPLE);
  expect(diagnostics).toEqual([]);
  expect(project).toMatchObject({
    service: 'shipping-quotes',
    taskQueue: 'runsheet',
    approval: { allowSelfApproval: false, reminderSeconds: 3600 },
    environments: {
      production: { embedded: true, servers: ['app-server-1', 'app-server-2', 'app-server-3'] },
    },
    people: { alice: { name: 'Alice', roles: ['tech_lead'] } },
    roles: { tech_lead: { names: ['技术负责人', 'Tech lead'] } },
    settings: {
      source: { kind: 'folder', path: '.', tag: '${version}' },
      commands: {
        analyze: { argv: ['node', 'tools/analyze.mjs'], format: 'sarif', timeoutSeconds: 60 },
      },
      runtime: { stop: { signal: 'SIGTERM', graceSeconds: 10 }, keepReleases: 3 },
      health: {
        ready: { successes: 3, intervalMilliseconds: 100, limitSeconds: 30 },
        performance: { perSecond: 40 },
      },
      balancer: { maxDeviationPercent: 20, minimumSamples: 20 },
      actions: {
        数据库迁移验证: {
          argv: ['node', 'tools/verify-tariffs.mjs'],
          on: 'worker',
          timeoutSeconds: 30,
        },
      },
      channels: { configured: [] },
    },
  });
});

test('a project of one line gets every default', () => {
  const { project, diagnostics } = parseProject('/p', 'service: Hello\nenvironments: {}\n');
  expect(diagnostics).toEqual([]);
  expect(project?.settings.image.repository).toBe('hello');
  expect(project?.settings.health.performance.path).toBe('/healthz');
  expect(project?.connections.temporal).toBeNull();
  expect(project?.keep).toEqual({ runs: 50, builds: 10, ageMs: 90 * 86_400_000 });
});

test('keep says what is left of old runs', () => {
  const rest = 'service: Hello\nenvironments: {}\n';
  const { project } = parseProject('/p', `${rest}keep: { runs: 5, builds: 0, age: 30天 }\n`);
  expect(project?.keep).toEqual({ runs: 5, builds: 0, ageMs: 30 * 86_400_000 });
});

test('schema 1 is what a file without one has', () => {
  const rest = 'service: Hello\nenvironments: {}\n';
  expect(parseProject('/p', `schema: 1\n${rest}`)).toEqual(parseProject('/p', rest));
});

test.each([
  ['2', 'schema: this file is of a later Runsheet; this one reads schema 1'],
  ['0', 'schema: expected 1'],
  ['1.5', 'schema: expected 1'],
  ['"1"', 'schema: expected 1'],
  ['', 'schema: expected 1'],
])('schema: %s is the one thing that is said of a file', (schema, message) => {
  const text = `service: Hello\nschema: ${schema}\nbatchez: {}\nenvironments: 7\n`;
  const { project, diagnostics } = parseProject('/p', text);
  expect(project).toBeNull();
  expect(diagnostics).toMatchObject([
    {
      code: 'BAD_PROJECT_FILE',
      message: { en: message },
      place: { file: 'runsheet.yaml', line: 2, column: 1 },
    },
  ]);
});

test('every problem at once, each with its place and the nearest key', () => {
  const text = [
    'service: ok',
    'helth: {}',
    'health:',
    '  timout: 2s',
    '  ready: { limit: soon }',
    'channels:',
    '  slack: { channel: "#x", token: xoxb-plain }',
    'environments:',
    '  production: { embedded: true, servers: [a, a, -oProxyCommand=x] }',
    '  staging: { servers: [{ name: b, hots: x }] }',
  ].join('\n');
  const { project, diagnostics } = parseProject('/p', text);
  expect(project).toBeNull();
  const found = diagnostics.map(
    (each) => `${each.place?.line}:${each.place?.column} ${each.code} ${each.remedy?.en ?? ''}`,
  );
  expect(found).toContain('2:1 BAD_PROJECT_FILE did you mean "health"?');
  expect(found).toContain('4:3 BAD_PROJECT_FILE did you mean "timeout"?');
  expect(found).toContain('5:12 BAD_PROJECT_FILE ');
  expect(found.some((each) => each.startsWith('7:'))).toBe(true);
  expect(found.some((each) => each.startsWith('9:') && each.includes('BAD_HOST_NAME'))).toBe(true);
  expect(found).toContain('10:35 BAD_PROJECT_FILE did you mean "host"?');
});

test('names must agree: a server in two environments, a role nobody defined', () => {
  const { diagnostics } = parseProject(
    '/p',
    'service: s\nenvironments:\n  production: {embedded: true, servers: [a]}\n  staging: {embedded: true, servers: [a]}\n' +
      '  development: {servers: [c]}\nroles: {tech_lead: {names: [T]}}\npeople: {x: {roles: [tech_led]}}\n',
  );
  expect(diagnostics.map((each) => each.code)).toEqual(['DUPLICATE_SERVER', 'UNKNOWN_ROLE']);
});

test.each([
  ['S9 a mail address', '{a: {email: x@example.com}, b: {email: X@example.com}}', 41],
  ['S9 a full name', '{a: {name: Li Wei}, b: {name: Li Wei}}', 33],
  ["S9 a name that is another's id", '{a: {name: b}, b: {}}', 24],
  ['S9 a name in full-width letters', '{ann: {}, b: {name: ａｎｎ}}', 23],
  ['S9 a Slack account', '{a: {slack: U0123}, b: {slack: U0123}}', 33],
])('people never share %s', (_what, people, at) => {
  const { diagnostics } = parseProject('/p', `service: s\npeople: ${people}\nenvironments: {}\n`);
  expect(diagnostics.map(({ code }) => code)).toEqual(['DUPLICATE_PERSON']);
  expect(diagnostics[0]?.message.en).toContain('both answer to');
  expect(diagnostics[0]?.place).toMatchObject({ line: 2, column: at });
});

test('people of one name each are taken', () => {
  const people = '{a: {name: Li Wei, email: a@example.com}, b: {name: Wei Li}}';
  expect(
    parseProject('/p', `service: s\npeople: ${people}\nenvironments: {}\n`).diagnostics,
  ).toEqual([]);
});

test.each([
  ['', 'EMPTY_FILE'],
  ['a: [1', 'BAD_YAML'],
  [
    'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]',
    'TOO_LARGE',
  ],
  ['service: [', 'BAD_YAML'],
  ['just text', 'BAD_PROJECT_FILE'],
])('%j is %s', (text, code) => {
  expect(parseProject('/p', text).diagnostics[0]?.code).toBe(code);
});

test.each([
  ['30s', 30_000],
  ['500ms', 500],
  ['1.5h', 5_400_000],
  ['24小时', 86_400_000],
  ['５分钟', 300_000],
  ['soon', null],
  ['30', null],
  ['99999999999d', null],
])('duration %s', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

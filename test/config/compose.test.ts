/** What compose files are written with, in runsheet.yaml. */
import { describe, expect, it } from 'vitest';
import { buildArguments } from '../../src/activities/code/image-labels.ts';
import { containerOptions } from '../../src/activities/servers/container.ts';
import { fill } from '../../src/activities/servers/render.ts';
import { parseProject } from '../../src/config/load-project.ts';
import { run } from '../activities/servers/stage.ts';

const FILE = 'service: app\nenvironments: {}\n';
const DOCKER = `${FILE}image: { kind: docker }\n`;

function settingsOf(text: string) {
  const { project, diagnostics } = parseProject('/p', text);
  expect(diagnostics).toEqual([]);
  if (project === null) throw new Error('no project');
  return project.settings;
}

function problemsOf(text: string): readonly string[] {
  return parseProject('/p', text).diagnostics.map(
    ({ code, place, message }) => `${place?.line}: ${code} ${message.en}`,
  );
}

describe('B5 $$', () => {
  const values = { version: 'v2', server: 'web-1' };

  it.each([
    ['echo $$HOME', 'echo $HOME'],
    ['$$', '$'],
    ['cost: 5$$', 'cost: 5$'],
    ['a$$$$b', 'a$$b'],
    ['$${HOME}', '${HOME}'],
    ['$$$${HOME}', '$${HOME}'],
    ['${version}$$', 'v2$'],
    ['$$${version}', '$v2'],
    ['$HOME', '$HOME'],
  ])('%s is %s', (written, read) => {
    const { container, image, runtime } = settingsOf(
      `${DOCKER}container:\n  environment: { A: '${written}' }\n  healthcheck: { test: '${written}' }\n  labels: { a: '${written}' }\n  command: [run, '${written}']\n`,
    );
    const about = { run };
    expect(containerOptions(about, image, container, values)).toMatchObject({
      command: ['run', read],
      healthcheck: { test: ['CMD-SHELL', read] },
      labels: { a: read },
    });
    expect(fill(about, runtime.environment['A'] ?? '', values, 'environment')).toBe(read);
  });

  it.each([
    ['$$5', '$5'],
    ['$${version}', '${version}'],
    ['$$${version}', `$${run.version}`],
    ['${version}', run.version],
    ['${OTHER}', '${OTHER}'],
  ])('of a build argument: %s is %s', (written, read) => {
    const { image } = settingsOf(
      `${FILE}image: { kind: docker, docker: { args: { A: '${written}' } } }\n`,
    );
    expect(buildArguments({ run }, image)).toEqual({ A: read });
  });

  it('stays what it is where compose has no part in it', () => {
    const { runtime } = settingsOf(`${FILE}runtime: { environment: { A: 'a$$b' } }\n`);
    expect(runtime.environment).toEqual({ A: 'a$$b' });
  });
});

describe('B5 <<: and x-…', () => {
  it('are read as in a compose file', () => {
    const text = `x-env: &env
  TZ: UTC
  RELEASE: 3.10
x-logging: &logging
  logging: { options: { max-size: 10m } }
${DOCKER}container:
  <<: *logging
  x-owner: shop
  environment:
    <<: *env
    TZ: Europe/Oslo
  healthcheck: { test: 'true', x-note: quick }
`;
    const { container, runtime } = settingsOf(text);
    expect(runtime.environment).toEqual({ TZ: 'Europe/Oslo', RELEASE: '3.10' });
    expect(container.logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m' } });
    expect(JSON.stringify(container)).not.toContain('"x-');
  });

  it.each([
    ['several, the first wins', '<<: [*a, *b]', { K: '1', L: '2' }],
    ['its own key wins, wherever it stands', '{K: 0, <<: *a}', { K: '0' }],
    ['of a list it is none', '{"<<": x}', { '<<': 'x' }],
  ])('merges %s', (_name, environment, expected) => {
    const text = `x-a: &a { K: 1 }\nx-b: &b { K: 2, L: 2 }\n${DOCKER}container:\n  environment: ${
      environment.startsWith('<<') ? `\n    ${environment}` : environment
    }\n`;
    expect(settingsOf(text).runtime.environment).toEqual(expected);
  });

  it('keeps a name that begins so where names are free', () => {
    const yaml = 'container: { labels: { x-team: a }, environment: { x-y: b } }\n';
    const { container, runtime } = settingsOf(`${DOCKER}${yaml}`);
    expect(container.labels).toEqual({ 'x-team': 'a' });
    expect(runtime.environment).toEqual({ 'x-y': 'b' });
  });

  it('says what is wrong in a mapping that is merged, and in a merge', () => {
    expect(problemsOf(`x-a: &a { comand: x }\n${DOCKER}container: { <<: *a }\n`)).toEqual([
      expect.stringMatching(/^5: BAD_PROJECT_FILE .*comand/u),
    ]);
    expect(problemsOf(`x-a: &a [1]\n${DOCKER}container: { <<: *a }\n`)).toEqual([
      expect.stringMatching(/^\d: BAD_YAML .*[Mm]erge source/u),
    ]);
    expect(problemsOf(`${DOCKER}x_owner: a\n`)).toHaveLength(1);
  });
});

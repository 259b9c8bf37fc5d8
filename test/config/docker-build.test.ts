import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (yaml: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nimage:\n  kind: docker\n  docker: ${yaml}\n`);

it('reads what docker-compose writes under build:', () => {
  const yaml =
    '{ dockerfile: docker/Dockerfile, target: prod, network: host, platforms: [linux/amd64, linux/arm64/v8], ' +
    'args: [A=1, B=x=y], secrets: { npm: "secret://npm" }, cache_from: [r/c], cache_to: [type=inline] }';
  expect(parse(yaml).project?.settings.image.docker).toEqual({
    file: 'docker/Dockerfile',
    target: 'prod',
    network: 'host',
    platforms: ['linux/amd64', 'linux/arm64/v8'],
    args: { A: '1', B: 'x=y' },
    secrets: { npm: 'secret://npm' },
    cacheFrom: ['r/c'],
    cacheTo: ['type=inline'],
  });
});

it.each([
  ['{ platforms: ["linux amd64"] }', /platforms\.0: expected a platform/u],
  ['{ secrets: { npm: plain } }', /secrets\.npm: expected a secret:\/\/ reference/u],
  ['{ secrets: { "a,src=/etc/passwd": "secret://x" } }', /image\.docker\.secrets/u],
  ['{ dockerfile: ../Dockerfile }', /dockerfile: the path must stay inside/u],
])('refuses %s', (yaml, message) => {
  expect(
    parse(yaml)
      .diagnostics.map(({ message: { en } }) => en)
      .join('\n'),
  ).toMatch(message);
});

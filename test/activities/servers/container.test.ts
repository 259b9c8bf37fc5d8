import { expect, it } from 'vitest';
import { containerOptions } from '../../../src/activities/servers/container.ts';
import type { Scoped } from '../../../src/activities/servers/context.ts';
import { parseProject } from '../../../src/config/load-project.ts';

const VALUES = { server: 'web-1', environment: 'production', port: '8080' };

function inputOf(yaml: string): Scoped {
  const { project } = parseProject('/p', `service: app\nenvironments: {}\n${yaml}`);
  if (project === null) throw new Error('the project has problems');
  const run = {
    templateId: 't',
    planDigest: 'd',
    requestId: 'r',
    project: 'runsheet',
    service: 'app',
    environment: 'production',
    version: 'v1',
    language: 'en',
    workflowId: 'w',
    requestedBy: 'alice',
  } as const;
  return { run, project: project.settings };
}

const CONTAINER = `container:
  volumes: ["/srv/\${environment}:/data:ro"]
  hostname: \${server}
  labels: { port: "\${port}", literal: "$\${HOME}" }
  ports: ["\${port}:80"]
`;

it('fills the names of the run into every text, and into nothing else', () => {
  const filled = containerOptions(inputOf(`image: { kind: docker }\n${CONTAINER}`), VALUES);
  expect(filled).toMatchObject({
    volumes: [{ source: '/srv/production', target: '/data', options: 'ro' }],
    hostname: 'web-1',
    labels: { port: '8080', literal: '${HOME}' },
    ports: [{ published: 'service', target: 80 }],
    init: true,
    command: null,
  });
});

it('names the setting whose placeholder has no value', () => {
  const input = inputOf('image: { kind: docker }\ncontainer: { hostname: "${nme}" }\n');
  expect(() => containerOptions(input, VALUES)).toThrow(
    /container\.hostname: \$\{nme\} has no value/u,
  );
});

it('is for containers only', () => {
  expect(containerOptions(inputOf(CONTAINER), VALUES)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { containerOptions } from '../../../src/activities/servers/container.ts';
import { parseProject } from '../../../src/config/load-project.ts';
import { RUN } from '../support/checkout-world.ts';

const VALUES = { server: 'web-1', environment: 'production', port: '8080' };

function optionsOf(yaml: string) {
  const { project } = parseProject('/p', `service: app\nenvironments: {}\n${yaml}`);
  if (project === null) throw new Error('the project has problems');
  const { image, container } = project.settings;
  return containerOptions({ run: RUN }, image, container, VALUES);
}

const CONTAINER = `container:
  volumes: ["/srv/\${environment}:/data:ro"]
  hostname: \${server}
  labels: { port: "\${port}", literal: "$\${HOME}" }
  ports: ["\${port}:80"]
`;

it('fills the names of the run into every text, and into nothing else', () => {
  const filled = optionsOf(`image: { kind: docker }\n${CONTAINER}`);
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
  const yaml = 'image: { kind: docker }\ncontainer: { hostname: "${nme}" }\n';
  expect(() => optionsOf(yaml)).toThrow(/container\.hostname, \$\{nme\} has no value/u);
});

it('is for containers only', () => {
  expect(optionsOf(CONTAINER)).toBeUndefined();
});

/** Every message of the schema has both languages. */
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

type Value = unknown;

/** A value of each kind that a project file has; JSON is YAML. */
const DOCUMENT: Value = {
  service: 'shop',
  commands: { test: { run: ['npm', 'test'], timeout: '1m' } },
  tests: { critical: { name: 'a' } },
  runtime: { port: 80, stop: { grace: '10s' } },
  files: [{ template: 'a', path: 'b', mode: '0640', owner: 'a:b' }],
  health: { path: '/', smoke: [{ path: '/', status: 200 }] },
  actions: { check: { run: ['a'] } },
  source: { kind: 'git', path: '.', tag: '${version}' },
  image: { repository: 'shop', kind: 'docker', docker: { platform: 'linux/amd64', secrets: {} } },
  container: {
    ports: ['8080:80', { target: 80 }],
    volumes: ['data:/data'],
    command: 'node a.js',
    extra_hosts: ['db:10.0.0.1'],
    labels: { a: 'b' },
    healthcheck: { test: ['CMD', 'true'] },
    mem_limit: '1g',
    restart: 'always',
  },
  balancer: { kind: 'haproxy', url: 'http://lb', haproxy: [{ socket: '/s' }], routes_map: '/m' },
  environments: {
    production: {
      rolling: { batches: [1, '25%'], pause: '1m', minimum_in_pool: '50%', failure_budget: 1 },
      servers: [{ name: 'web-1', host: '10.0.0.1', user: 'deploy', proxy_jump: 'deploy@bastion' }],
    },
  },
  channels: {
    email: { smtp: 'smtp://mail', from: 'a@example.com' },
    slack: { channel: '#x', token: 'secret://t', team: 'T0' },
    webhook: { url: 'https://example.com' },
  },
  people: { alice: { roles: [], slack: 'U0123' } },
  registry: { url: 'https://r', pull_url: 'https://r' },
  temporal: { address: 'a:7233' },
  database: { url: 'secret://database' },
};
const WRONG: readonly Value[] = [-1, ' ../x y', [null]];

/** The same document with each of its values, one at a time, replaced by each wrong one. */
function* broken(value: Value, wrap: (value: Value) => Value = (each) => each): Generator<Value> {
  for (const wrong of WRONG) yield wrap(wrong);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* broken(inner, (each) =>
      wrap(Array.isArray(value) ? value.with(Number(key), each) : { ...value, [key]: each }),
    );
  }
}

it('says in both languages what is wrong with a value, whichever it is', () => {
  let problems = 0;
  for (const document of broken(DOCUMENT)) {
    for (const { message } of parseProject('/p', JSON.stringify(document)).diagnostics) {
      problems += 1;
      expect(message.zh).toMatch(/\p{Script=Han}/u);
      expect(message.en).not.toMatch(/\p{Script=Han}|[{}]"/u);
    }
  }
  expect(problems).toBeGreaterThan(200);
});

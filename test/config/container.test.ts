import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import { CONTAINER_DEFAULTS, IMAGE_DEFAULTS } from '../support/default-settings.ts';

const FILE = 'service: app\nenvironments: {}\nimage: { kind: docker }\n';

function settingsOf(yaml: string) {
  const { project, diagnostics } = parseProject('/p', `${FILE}${yaml}`);
  expect(diagnostics).toEqual([]);
  if (project === null) throw new Error('no project');
  return project.settings;
}

function containerOf(yaml: string) {
  return settingsOf(`container:\n  ${yaml.trim().replaceAll('\n', '\n  ')}\n`).container;
}

function problemOf(yaml: string): string {
  const { diagnostics } = parseProject('/p', `${FILE}container:\n  ${yaml}\n`);
  return diagnostics.map(({ message, place }) => `${place?.line}: ${message.en}`).join('\n');
}

describe('container: as docker-compose writes it', () => {
  it('has defaults for everything', () => {
    expect(settingsOf('').container).toEqual(CONTAINER_DEFAULTS);
    expect(settingsOf('').image).toMatchObject(IMAGE_DEFAULTS);
  });

  const tcp = { protocol: 'tcp' };
  it.each<[string, unknown]>([
    ['8080', [{ target: 8080, published: null, ...tcp }]],
    ['"8080:80"', [{ target: 80, published: 8080, ...tcp }]],
    ['8080:80/udp', [{ target: 80, published: 8080, protocol: 'udp' }]],
    ['127.0.0.1:8080:80', [{ target: 80, published: 8080, hostIp: '127.0.0.1', ...tcp }]],
    ['"[::1]:8080:80"', [{ target: 80, published: 8080, hostIp: '::1', ...tcp }]],
    ['127.0.0.1::80', [{ target: 80, published: null, hostIp: '127.0.0.1', ...tcp }]],
    ['"${port}:80"', [{ target: 80, published: 'service', ...tcp }]],
    ['"${port}:${port}"', [{ target: 'service', published: 'service', ...tcp }]],
    [
      '8080-8081:90-91',
      [
        { target: 90, published: 8080, ...tcp },
        { target: 91, published: 8081, ...tcp },
      ],
    ],
    [
      '{ target: 80, published: "8080", host_ip: 127.0.0.1, mode: host }',
      [{ target: 80, published: 8080, hostIp: '127.0.0.1', ...tcp }],
    ],
  ])('port %s', (written, read) => {
    // A second port, so that the service's own is always published.
    const { ports } = containerOf(`ports: [${written}, "8080:8080"]`);
    expect(ports?.slice(0, -1)).toEqual(read);
  });

  it.each<[string, unknown]>([
    ['/srv/app:/data', { source: '/srv/app', target: '/data', options: '' }],
    ['/srv/app:/data:ro,z', { source: '/srv/app', target: '/data', options: 'ro,z' }],
    ['/srv/${server}:/data', { source: '/srv/${server}', target: '/data', options: '' }],
    ['data:/data', { source: 'data', target: '/data', options: '' }],
    ['/cache', { source: null, target: '/cache', options: '' }],
    [
      '{ type: bind, source: /a, target: /b, read_only: true, bind: { propagation: rslave } }',
      { source: '/a', target: '/b', options: 'ro,rslave' },
    ],
    [
      '{ type: volume, source: a, target: /b, volume: { nocopy: true } }',
      { source: 'a', target: '/b', options: 'nocopy' },
    ],
  ])('volume %s', (written, read) => {
    const quoted = written.startsWith('{') ? written : JSON.stringify(written);
    expect(containerOf(`volumes: [${quoted}]`).volumes).toEqual([read]);
  });

  it.each<[string, unknown]>([
    ['command: [node, server.js]', { command: ['node', 'server.js'] }],
    [`command: node 'a b' "c \\"d\\"" e\\ f`, { command: ['node', 'a b', 'c "d"', 'e f'] }],
    ['mem_limit: 512m', { memoryBytes: 512 * 1024 ** 2 }],
    ['mem_limit: 1.5GB', { memoryBytes: 1.5 * 1024 ** 3 }],
    ['mem_limit: 1048576', { memoryBytes: 1_048_576 }],
    ['cpus: "0.5"', { cpus: 0.5 }],
    [
      'ulimits: { nofile: 1024, nproc: { soft: 1, hard: 2 } }',
      {
        ulimits: [
          { name: 'nofile', soft: 1024, hard: 1024 },
          { name: 'nproc', soft: 1, hard: 2 },
        ],
      },
    ],
    ['network_mode: host', { networks: ['host'] }],
    ['networks: [front, back]', { networks: ['front', 'back'] }],
    ['user: 1000:1000', { user: '1000:1000' }],
    ['labels: [a=b=c, d=]', { labels: { a: 'b=c', d: '' } }],
    ['labels: { a: 1 }', { labels: { a: '1' } }],
    [
      'extra_hosts: [db=10.0.0.1, "host.docker.internal:host-gateway"]',
      {
        extraHosts: ['db:10.0.0.1', 'host.docker.internal:host-gateway'],
      },
    ],
    ['extra_hosts: { db: 10.0.0.1 }', { extraHosts: ['db:10.0.0.1'] }],
    [
      'healthcheck: { test: curl -f localhost, interval: 5s }',
      {
        healthcheck: {
          test: ['CMD-SHELL', 'curl -f localhost'],
          intervalSeconds: 5,
          timeoutSeconds: 30,
          startPeriodSeconds: 0,
          retries: 3,
        },
      },
    ],
    [
      'healthcheck: { disable: true }',
      { healthcheck: expect.objectContaining({ test: ['NONE'] }) },
    ],
    [
      'logging: { options: { max-size: 10m, max-file: 3 } }',
      {
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
      },
    ],
    ['restart: "on-failure:3"', { restart: 'on-failure:3' }],
    ['tmpfs: /run', { tmpfs: ['/run'] }],
  ])('%s', (written, read) => {
    expect(containerOf(written)).toMatchObject(read as object);
  });

  it('takes the environment of either section', () => {
    const yaml =
      'runtime: { environment: { A: 1, B: 2 } }\ncontainer:\n  environment: [B=3, C=x=y]\n';
    expect(settingsOf(yaml).runtime.environment).toEqual({ A: '1', B: '3', C: 'x=y' });
  });

  it.each([
    ['ports: ["8080:90000"]', /container\.ports\.0: expected a port such as/u],
    ['ports: ["8080-8082:80-81"]', /container\.ports\.0: expected a port/u],
    ['ports: ["9090:80"]', /container\.ports: the port of the service, 8080, is not published/u],
    ['volumes: ["./data:/data"]', /container\.volumes\.0: a relative path has no meaning/u],
    ['volumes: ["/data:data"]', /container\.volumes\.0: the path inside the container/u],
    ['volumes: ["/data:/data:rx"]', /container\.volumes\.0: unknown volume option/u],
    ['volumes: [{ type: bind, source: ../x, target: /data }]', /volumes\.0: a relative path/u],
    ['mem_limit: lots', /container\.mem_limit: expected a size such as 512m/u],
    ['restart: never', /container\.restart: expected "no", always/u],
    ['command: "node \'x"', /container\.command: unclosed quote/u],
    ['healthcheck: { test: [curl] }', /healthcheck\.test: the list must begin with CMD/u],
    ['healthcheck: { interval: 5s }', /healthcheck\.test: the command to run is missing/u],
    ['labels: { runsheet.run: x }', /container\.labels: labels that begin with runsheet\./u],
    ['extra_hosts: [db]', /extra_hosts\.0: expected name:address/u],
    [
      '{ networks: [a], network_mode: host }',
      /network_mode: write either networks or network_mode/u,
    ],
    ['port: [8080]', /container\.port: there is no such key/u],
  ])('refuses %s', (yaml, message) => {
    expect(problemOf(yaml)).toMatch(message);
    expect(problemOf(yaml)).toMatch(/^5: /u);
  });
});

describe('registry:', () => {
  const registryOf = (yaml: string) => parseProject('/p', `${FILE}registry: ${yaml}\n`);

  it('is pulled from its own host unless servers reach it elsewhere', () => {
    expect(
      registryOf('{ url: "https://r.example.com:5000/" }').project?.connections.registry,
    ).toEqual({ url: 'https://r.example.com:5000/', pullHost: 'r.example.com:5000' });
    const other = '{ url: "http://127.0.0.1:5001", pull_url: "http://10.0.0.1:5000/" }';
    expect(registryOf(other).project?.connections.registry?.pullHost).toBe('10.0.0.1:5000');
  });

  it('takes a password by reference only, with its user', () => {
    const good = '{ url: "https://r", username: u, password: "secret://registry" }';
    expect(registryOf(good).project?.connections.registry).toMatchObject({
      username: 'u',
      password: 'secret://registry',
    });
    const messages = (yaml: string) =>
      registryOf(yaml).diagnostics.map(({ message }) => message.en);
    expect(messages('{ url: "https://r", username: u, password: hunter2 }')).toEqual([
      expect.stringContaining('expected a secret:// reference'),
    ]);
    expect(messages('{ url: "https://r", username: u }')).toEqual([
      expect.stringContaining('username and password must be given together'),
    ]);
    expect(messages('{ url: "https://r", pull_url: "a/b" }')).toEqual([
      expect.stringContaining('expected host or host:port'),
    ]);
  });
});

describe('B12: the signal that ends a container', () => {
  it('is the image’s own where the project names none', () => {
    const { runtime, container } = settingsOf('');
    expect(runtime.stop).toEqual({ graceSeconds: 10 });
    expect(container).not.toHaveProperty('stopSignal');
  });

  it.each([
    ['container: { stop_signal: SIGQUIT }', { graceSeconds: 10 }, 'SIGQUIT'],
    ['container: { stop_signal: "SIGRTMIN+3" }', { graceSeconds: 10 }, 'SIGRTMIN+3'],
    ['container: { stop_grace_period: 90s }', { graceSeconds: 90 }, undefined],
    [
      'runtime: { stop: { signal: SIGWINCH } }',
      { signal: 'SIGWINCH', graceSeconds: 10 },
      undefined,
    ],
    [
      'runtime: { stop: { grace: 5s } }\ncontainer: { stop_grace_period: 20s }',
      { graceSeconds: 5 },
      undefined,
    ],
  ])('%s', (yaml, stop, signal) => {
    const { runtime, container } = settingsOf(`${yaml}\n`);
    expect(runtime.stop).toEqual(stop);
    expect(container.stopSignal).toBe(signal);
  });

  it.each(['QUIT', 'sigquit', '"SIGQUIT; id"', '0'])('is no %s', (signal) => {
    expect(problemOf(`stop_signal: ${signal}`)).toMatch(
      /stop_signal: expected the name of a signal/u,
    );
  });
});

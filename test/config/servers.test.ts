import { expect, test } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import type { ProjectConnections } from '../../src/config/project-file.ts';

function connectionsOf(lines: readonly string[]): ProjectConnections {
  const text = ['service: s', ...lines].join('\n');
  const { project, diagnostics } = parseProject('/project', text, {
    environment: { HOME: '/home/me' },
    embedded: null,
    profile: {},
  });
  expect(diagnostics).toEqual([]);
  if (project === null) throw new Error('no project');
  return project.connections;
}

function problemsOf(lines: readonly string[]): readonly string[] {
  const { diagnostics } = parseProject('/project', ['service: s', ...lines].join('\n'));
  return diagnostics.map(({ code, message }) => `${code} ${message.en}`);
}

test('a bare name is enough: the SSH configuration may know the rest', () => {
  const { servers, ssh } = connectionsOf(['environments: {production: {servers: [web-1]}}']);
  expect(servers).toEqual([
    {
      name: 'web-1',
      environment: 'production',
      host: 'web-1',
      hostKeys: [],
      servicePort: 8080,
      baseFolder: '/var/lib/runsheet',
    },
  ]);
  expect(ssh).toEqual({ configFile: null, knownHostsFiles: ['/project/known_hosts'] });
});

test('what is nearer to the server wins; files are below the project or the home folder', () => {
  const { servers, ssh } = connectionsOf([
    'ssh:',
    '  config: deploy/ssh_config',
    '  known_hosts: [deploy/known_hosts, ~/.ssh/known_hosts]',
    '  user: deploy',
    '  identity_file: keys/all',
    'environments:',
    '  production:',
    '    ssh: {sudo: true, proxy_jump: "ops@bastion:2222,inner", connect_timeout: 5s}',
    '    servers:',
    '      - web-1',
    '      - name: web-2',
    '        host: 10.0.0.2',
    '        port: 2222',
    '        user: other',
    '        identity_file: [~/.ssh/a, keys/b]',
    '        passphrase: secret://file/key',
    '        sudo: false',
    '        proxy_jump: []',
    '        service_address: 192.168.0.2',
  ]);
  expect(ssh).toEqual({
    configFile: '/project/deploy/ssh_config',
    knownHostsFiles: ['/project/deploy/known_hosts', '/home/me/.ssh/known_hosts'],
  });
  expect(servers[0]).toMatchObject({
    user: 'deploy',
    identityFiles: ['/project/keys/all'],
    proxyJump: ['ops@bastion:2222', 'inner'],
    sudo: true,
    connectTimeoutMs: 5_000,
  });
  expect(servers[1]).toMatchObject({
    host: '10.0.0.2',
    port: 2222,
    user: 'other',
    identityFiles: ['/home/me/.ssh/a', '/project/keys/b'],
    passphrase: 'secret://file/key',
    proxyJump: [],
    sudo: false,
    serviceAddress: '192.168.0.2',
  });
});

test.each([
  ['user: -oProxyCommand=id', 'login name'],
  ['proxy_jump: "-oProxyCommand=id"', 'jump host'],
  ['proxy_jump: "a;id"', 'jump host'],
  ['host: -v', 'host name'],
  ['passphrase: hunter2', 'secret://'],
  ['host_keys: [ssh-ed25519]', 'type key'],
  ['port: 70000', '65535'],
  ['sudoo: true', 'sudoo'],
])('refuses %s', (line, expected) => {
  const found = problemsOf(['environments:', `  e: {servers: [{name: a, ${line}}]}`]);
  expect(found.join('\n')).toContain(expected);
});

test('B12: the socket of an engine is a setting of the server, or of all of an environment', () => {
  const { servers } = connectionsOf([
    'environments:',
    '  production:',
    '    docker_socket: /run/user/${uid}/docker.sock',
    '    servers: [web-1, { name: web-2, docker_socket: "unix:///run/podman/podman.sock" }]',
    '  staging: { servers: [web-3] }',
  ]);
  expect(servers.map(({ name, dockerSocket }) => [name, dockerSocket])).toEqual([
    ['web-1', '/run/user/${uid}/docker.sock'],
    ['web-2', '/run/podman/podman.sock'],
    ['web-3', undefined],
  ]);
});

test.each([
  'docker.sock',
  'tcp://10.0.0.1:2375',
  '/run/user/$UID/docker.sock',
  '"/run/a b.sock"',
  '"/run/${home}/docker.sock"',
])('B12: %s is no socket on a server', (socket) => {
  expect(
    problemsOf([`environments: {p: {servers: [{name: web-1, docker_socket: ${socket}}]}}`]),
  ).toEqual([expect.stringMatching(/docker_socket: expected the absolute path of a socket/u)]);
});

import { describe, expect, it } from 'vitest';
import {
  containerBody,
  furtherNetworks,
  restartPolicy,
} from '../../../src/adapters/docker/container-body.ts';
import type { ContainerOptions, ReleaseStart } from '../../../src/ports/container-runtime.ts';
import { CONTAINER_DEFAULTS } from '../../support/default-settings.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function bodyOf(container: Partial<ContainerOptions> = {}, release: Partial<ReleaseStart> = {}) {
  return containerBody({
    server: 'web-1',
    service: 'quotes',
    name: 'app',
    image: `r:5000/quotes@${DIGEST}`,
    release: {
      digest: DIGEST,
      version: 'v1',
      runId: 'run-1',
      command: ['npm', 'start'],
      environment: {},
      port: 8080,
      container: { ...CONTAINER_DEFAULTS, ...container },
      ...release,
    },
  });
}

describe('the request for a container', () => {
  it('by default publishes the service port, says who it is, and restarts nothing', () => {
    expect(bodyOf()).toMatchObject({
      name: 'app',
      Image: `r:5000/quotes@${DIGEST}`,
      ExposedPorts: { '8080/tcp': {} },
      Labels: {
        'runsheet.schema': '1',
        'runsheet.service': 'quotes',
        'runsheet.run': 'run-1',
        'runsheet.digest': DIGEST,
        'runsheet.version': 'v1',
        'runsheet.restart': 'unless-stopped',
      },
      HostConfig: {
        RestartPolicy: { Name: 'no' },
        PortBindings: { '8080/tcp': [{ HostIp: '', HostPort: '8080' }] },
        Init: true,
      },
    });
  });

  it('leaves command, user and folder to the image unless they are given', () => {
    const keys = Object.keys(bodyOf());
    for (const key of ['Cmd', 'Entrypoint', 'User', 'WorkingDir', 'Hostname', 'Healthcheck']) {
      expect(keys).not.toContain(key);
    }
    expect(bodyOf({ command: ['serve'], entrypoint: ['tini', '--'] })).toMatchObject({
      Cmd: ['serve'],
      Entrypoint: ['tini', '--'],
    });
  });

  it('lets no label of the project pass for ours', () => {
    const { Labels } = bodyOf({ labels: { 'runsheet.run': 'forged', team: 'a' } });
    expect(Labels).toMatchObject({ 'runsheet.run': 'run-1', team: 'a' });
  });

  it('tells the service who it is, and lets the project say otherwise', () => {
    const { Env } = bodyOf({}, { environment: { RUNSHEET_VERSION: 'x', LINES: 'a\nb=c' } });
    expect(Env).toEqual([
      'RUNSHEET_VERSION=x',
      'RUNSHEET_SERVER=web-1',
      'RUNSHEET_SERVICE=quotes',
      'LINES=a\nb=c',
    ]);
  });

  it("puts the server's own service port where it is meant", () => {
    const ports = [
      { target: 80, published: 'service', protocol: 'tcp' },
      { target: 80, published: 8443, protocol: 'tcp', hostIp: '::1' },
      { target: 'service', published: null, protocol: 'udp' },
    ] as const;
    expect(bodyOf({ ports }, { port: 9090 }).HostConfig?.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '', HostPort: '9090' },
        { HostIp: '::1', HostPort: '8443' },
      ],
      '9090/udp': [{ HostIp: '', HostPort: '' }],
    });
  });

  it('joins the first network with the service as its name there, the others later', () => {
    expect(bodyOf({ networks: ['front', 'back'] })).toMatchObject({
      HostConfig: { NetworkMode: 'front' },
      NetworkingConfig: { EndpointsConfig: { front: { Aliases: ['quotes'] } } },
    });
    const release = { container: { ...CONTAINER_DEFAULTS, networks: ['front', 'back'] } };
    expect(furtherNetworks(release)).toEqual(['back']);
    const host = bodyOf({ networks: ['host'] });
    expect(host.NetworkingConfig).toBeUndefined();
    expect(host.HostConfig).toMatchObject({ NetworkMode: 'host', PortBindings: {} });
  });

  it('binds folders and volumes with a name; others are made for it', () => {
    const volumes = [
      { source: '/srv/a', target: '/a', options: 'ro' },
      { source: 'data', target: '/data', options: '' },
      { source: null, target: '/scratch', options: '' },
    ];
    expect(
      bodyOf({ volumes, tmpfs: ['/run', '/tmp:size=1m'], devices: ['/dev/fuse'] }),
    ).toMatchObject({
      Volumes: { '/scratch': {} },
      HostConfig: {
        Binds: ['/srv/a:/a:ro', 'data:/data'],
        Tmpfs: { '/run': '', '/tmp': 'size=1m' },
        Devices: [
          { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' },
        ],
      },
    });
  });
});

it.each([
  ['no', { Name: 'no', MaximumRetryCount: 0 }],
  ['unless-stopped', { Name: 'unless-stopped', MaximumRetryCount: 0 }],
  ['on-failure:3', { Name: 'on-failure', MaximumRetryCount: 3 }],
])('restart %s', (text, policy) => {
  expect(restartPolicy(text)).toEqual(policy);
});

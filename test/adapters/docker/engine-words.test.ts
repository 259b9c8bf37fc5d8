/** What engines say, as they say it, and what a person is told. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { containersOf, type ListedContainer } from '../../../src/adapters/docker/containers.ts';
import { engineError, socketError } from '../../../src/adapters/docker/engine-errors.ts';
import { platformOf } from '../../../src/adapters/docker/examine.ts';
import { readFrames } from '../../../src/adapters/docker/frames.ts';
import { digestIn, nameAndTagOf } from '../../../src/adapters/docker/image-name.ts';
import { pullError } from '../../../src/adapters/docker/pull.ts';
import {
  lineSplitter,
  PullProgress,
  readPullLine,
} from '../../../src/adapters/docker/pull-progress.ts';
import { portIn } from '../../../src/adapters/docker/start-error.ts';
import { PortError } from '../../../src/ports/port-error.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const answered = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode})`), { statusCode, json: { message } });

describe('an engine that', () => {
  it.each<[string, Error, string, RegExp]>([
    [
      'hangs up',
      new Error('socket hang up'),
      'unavailable',
      /did not start app: the connection to it broke off/u,
    ],
    ['resets', new Error('read ECONNRESET'), 'unavailable', /broke off/u],
    ['fails', answered(500, 'something'), 'unavailable', /could not start app: something\./u],
    [
      'has no space',
      answered(500, 'write /x: no space left on device'),
      'invalid',
      /^DISK_FULL: web-1 /u,
    ],
    ['does not know', answered(404, 'No such image: x'), 'not-found', /No such image/u],
    ['disagrees', answered(409, 'name in use'), 'conflict', /name in use/u],
    ['refuses', answered(400, 'bad parameter'), 'invalid', /bad parameter/u],
  ])('%s', (_what, error, kind, message) => {
    const found = engineError('web-1', { zh: '启动 app', en: 'start app' }, error);
    expect(found).toMatchObject({ name: 'PortError', kind, subject: 'web-1' });
    expect(found.message).toMatch(message);
    expect(found.remedy).not.toBe('');
  });

  it('is not asked twice about what is said already', () => {
    const said = new PortError('refused', 'web-1', 'no', 'do');
    expect(engineError('web-1', { zh: '启动', en: 'start' }, said)).toBe(said);
    expect(pullError('web-1', 'r/a', said)).toBe(said);
  });
});

describe('a socket that does not open', () => {
  const closed = new PortError('unavailable', 'web-1', 'the socket /s does not open', 'look');
  it.each([
    ['no-docker\n', 'not-found', /^NO_DOCKER: web-1 has no .*\/s/u],
    [
      'no-docker\n/run/user/7/docker.sock\n',
      'not-found',
      /^NO_DOCKER: .* it has \/run\/user\/7\/docker\.sock/u,
    ],
    ['absent\n/run/podman/podman.sock\n', 'not-found', /^NO_DOCKER: .* it has \/run\/podman/u],
    [
      'denied deploy\n/run/user/7/docker.sock\n',
      'refused',
      /^DOCKER_DENIED: deploy .* may use \/run\/user/u,
    ],
    ['stopped\n/run/podman/podman.sock\n', 'unavailable', /^DOCKER_STOPPED: /u],
    ['denied deploy\n', 'refused', /^DOCKER_DENIED: deploy may not use \/s on web-1/u],
    ['stopped\n', 'unavailable', /^DOCKER_STOPPED: /u],
    ['absent\n', 'unavailable', /^DOCKER_STOPPED: /u],
    ['', 'unavailable', /does not open/u],
  ])('%j', (printed, kind, message) => {
    expect(socketError('web-1', '/s', printed, closed)).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });
});

describe('a pull that fails with', () => {
  it.each([
    [
      'manifest for r/a@sha256:x not found: manifest unknown: manifest unknown',
      'not-found',
      'IMAGE_MISSING',
    ],
    ['repository r/a not found: name unknown', 'not-found', 'IMAGE_MISSING'],
    ['Head "https://r/v2/": unauthorized: authentication required', 'refused', 'REGISTRY_DENIED'],
    [
      'pull access denied for a, repository does not exist or may require login',
      'refused',
      'REGISTRY_DENIED',
    ],
    ['filesystem layer verification failed for digest sha256:x', 'invalid', 'DIGEST_MISMATCH'],
    ['image config verification failed for digest sha256:x', 'invalid', 'DIGEST_MISMATCH'],
    ['manifest verification failed for digest sha256:x', 'invalid', 'DIGEST_MISMATCH'],
    ['write /var/lib/docker/tmp/x: no space left on device', 'invalid', 'DISK_FULL'],
    ['read tcp 10.0.0.1:5000: connection reset by peer', 'unavailable', ''],
    ['dial tcp: lookup registry: no such host', 'unavailable', ''],
    ['unexpected EOF', 'unavailable', ''],
    ['net/http: request canceled (Client.Timeout exceeded)', 'unavailable', ''],
  ])('%s', (message, kind, code) => {
    for (const error of [new Error(message), answered(500, message)]) {
      const found = pullError('web-1', 'r/a', error);
      expect(found).toMatchObject({ kind, subject: 'web-1' });
      expect(found.message.startsWith(code)).toBe(true);
      expect(found.message).toContain('web-1');
    }
  });
});

it.each([
  [
    'driver failed programming external connectivity on endpoint app (0a1b): Bind for 0.0.0.0:8080 failed: port is already allocated',
    8080,
  ],
  [
    'driver failed programming external connectivity on endpoint app (0a1b): Error starting userland proxy: listen tcp4 0.0.0.0:8081: bind: address already in use',
    8081,
  ],
  ['Bind for :::9000 failed: port is already allocated', 9000],
  ['nothing of that kind', null],
])('names the port of %s', (message, port) => {
  expect(portIn(message)).toBe(port);
});

describe('the progress of a pull', () => {
  it('adds layers and bytes up', () => {
    const progress = new PullProgress();
    const add = (value: object) => {
      const event = readPullLine(JSON.stringify(value));
      if (event !== null) progress.add(event);
      return progress.text();
    };
    expect(add({ status: 'Pulling from app', id: DIGEST })).toBe('0 of 0 layers');
    add({ status: 'Pulling fs layer', id: 'a' });
    add({ status: 'Already exists', id: 'b' });
    const detail = { current: 10_000_000, total: 40_000_000 };
    expect(add({ status: 'Downloading', id: 'a', progressDetail: detail })).toBe(
      '1 of 2 layers, 10 of 40 MB',
    );
    expect(add({ status: 'Download complete', id: 'a' })).toBe('1 of 2 layers, 40 of 40 MB');
    // Unpacking counts its own bytes.
    const unpacked = { current: 5, total: 90_000_000 };
    expect(add({ status: 'Extracting', id: 'a', progressDetail: unpacked })).toBe(
      '1 of 2 layers, 40 of 40 MB',
    );
    expect(add({ status: 'Pull complete', id: 'a' })).toBe('2 of 2 layers, 40 of 40 MB');
  });

  it('tells what went wrong in the middle', () => {
    expect(
      readPullLine('{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}')?.error,
    ).toBe('unexpected EOF');
    expect(readPullLine('{"errorDetail":{"message":"no"}}')?.error).toBe('no');
    expect(readPullLine('not json')).toBeNull();
  });

  it('is read line by line, however it is cut', async () => {
    const lines: string[] = [];
    const stream = Readable.from(['{"a":', '1}\r\n{"b"', ':2}\n', '\n', '{"c":3}']);
    for await (const line of lineSplitter(stream)) lines.push(line.trim());
    expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });
});

describe('the output of a container', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  it('is taken out of its frames', () => {
    expect(readFrames(Buffer.concat([frame(1, 'out\n'), frame(2, 'err ü\n')]))).toBe(
      'out\nerr ü\n',
    );
    expect(readFrames(Buffer.from('a terminal has none\n'))).toBe('a terminal has none\n');
    expect(
      readFrames(Buffer.concat([frame(1, 'whole\n'), frame(1, 'cut off\n').subarray(0, 12)])),
    ).toBe('whole\ncut ');
    expect(readFrames(Buffer.alloc(0))).toBe('');
  });
});

it.each([
  ['r:5000/team/app:v1', { name: 'r:5000/team/app', tag: 'v1' }],
  ['r:5000/team/app', { name: 'r:5000/team/app' }],
  [`r:5000/app@${DIGEST}`, { name: 'r:5000/app' }],
  [`app:v1@${DIGEST}`, { name: 'app', tag: 'v1' }],
  ['docker.io/library/nginx:1.25', { name: 'nginx', tag: '1.25' }],
  ['registry-1.docker.io/team/app', { name: 'team/app' }],
])('reads the name %s', (reference, found) => {
  expect(nameAndTagOf(reference)).toEqual(found);
  expect(digestIn(reference)).toBe(reference.includes('@') ? DIGEST : null);
});

describe('the containers of a service', () => {
  const listed = (name: string, more: Partial<ListedContainer> = {}): ListedContainer => ({
    Id: name,
    Names: [`/${name}`],
    Image: 'r/app:v0',
    ImageID: 'sha256:image',
    State: 'exited',
    Created: 1,
    Labels: {},
    ...more,
  });
  const labels = {
    'runsheet.service': 'quotes',
    'runsheet.digest': DIGEST,
    'runsheet.version': 'v1',
  };
  const image = { Id: 'sha256:image', RepoDigests: [`x/other@${DIGEST}`, `r/app@${OTHER}`] };
  const found = (...containers: readonly ReturnType<typeof listed>[]) =>
    containersOf(containers, [image], 'quotes', 'app').map(
      ({ name, role, digest, version, running }) => ({
        name,
        role,
        digest,
        version,
        running,
      }),
    );

  it('are those with its label, whatever they are called', () => {
    expect(
      found(
        listed('app', { Labels: labels, State: 'running' }),
        listed('app-runsheet-aaaaaaaaaaaa-123456', { Labels: labels }),
        listed('app-runsheet-failed-123456789012', { Labels: labels }),
        listed('former-name', { Labels: labels, State: 'restarting' }),
        listed('app-db'),
        listed('else', { Labels: { 'runsheet.service': 'else' } }),
      ),
    ).toEqual([
      { name: 'app', role: 'serving', digest: DIGEST, version: 'v1', running: true },
      {
        name: 'app-runsheet-aaaaaaaaaaaa-123456',
        role: 'kept',
        digest: DIGEST,
        version: 'v1',
        running: false,
      },
      {
        name: 'app-runsheet-failed-123456789012',
        role: 'failed',
        digest: DIGEST,
        version: 'v1',
        running: false,
      },
      { name: 'former-name', role: 'kept', digest: DIGEST, version: 'v1', running: true },
    ]);
  });

  it('and the one under its name that somebody else made, by the digest of its repository', () => {
    const adopted = { role: 'serving', digest: OTHER, version: 'v0', running: false };
    expect(found(listed('app'))).toEqual([{ name: 'app', ...adopted }]);
    expect(found(listed('app', { ImageID: 'sha256:local', Image: 'local/app' }))).toEqual([
      { name: 'app', role: 'serving', digest: 'sha256:local', version: 'unknown', running: false },
    ]);
  });

  it('never another service under that name', () => {
    expect(found(listed('app', { Labels: { 'runsheet.service': 'else' } }))).toEqual([]);
  });
});

it.each([
  ['linux', 'x86_64', 'linux/amd64'],
  ['linux', 'aarch64', 'linux/arm64'],
  ['linux', 'armv7l', 'linux/arm'],
  ['linux', 's390x', 'linux/s390x'],
  [undefined, 'x86_64', null],
  ['linux', undefined, null],
])('an engine on %s %s runs images of %s', (system, architecture, platform) => {
  expect(platformOf(system, architecture)).toBe(platform);
});

import { createServer } from 'node:http';
import { createFakeContainerRuntime } from '../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeHttpProbe } from '../../src/adapters/fake/fake-http-probe.ts';
import {
  createFakeLoadBalancer,
  FAKE_CAPABILITIES,
} from '../../src/adapters/fake/fake-load-balancer.ts';
import { createFakeSeal } from '../../src/adapters/fake/fake-seal.ts';
import { createFakeServerHosts } from '../../src/adapters/fake/fake-server-hosts.ts';
import {
  type FakeAnswer,
  type FakeRequest,
  FakeWorld,
} from '../../src/adapters/fake/fake-world.ts';
import { createHttpProbe } from '../../src/adapters/http/http-probe.ts';
import type { BalancerCapabilities } from '../../src/ports/load-balancer.ts';
import { FEW, NO_POOL } from '../support/few-capabilities.ts';
import { describeContainerRuntimeContract } from './container-runtime.ts';
import { describeHttpProbeContract } from './http-probe.ts';
import { describeLoadBalancerContract } from './load-balancer.ts';
import { describeSealContract } from './seal.ts';
import { describeServerHostContract } from './server-host.ts';

const FIRST = `sha256:${'1'.repeat(64)}`;
const SECOND = `sha256:${'2'.repeat(64)}`;
const OTHERS = ['3', '4', '5', '6', '7', '8'].map((each) => `sha256:${each.repeat(64)}`);
const SERVERS = ['s1', 's2', 's3'];
const CLOSED_PORT = 1;

const done = (): Promise<void> => Promise.resolve();

function serve({ method, path, headers }: FakeRequest): FakeAnswer {
  switch (path) {
    case '/slow':
      return { status: 200, delayMs: 300 };
    case '/never':
      return { status: 200, delayMs: 30_000 };
    case '/broken':
      return { status: 503 };
    case '/moved':
      return { status: 302, headers: { location: '/ok' } };
    case '/large':
      return { status: 200, body: 'x'.repeat(100_000) };
    case '/echo':
      return { status: 200, body: `${method} ${headers['x-ask'] ?? ''}` };
    default:
      return { status: 200, body: 'hello', headers: { 'x-test': 'yes' } };
  }
}

function newWorld(running?: string): FakeWorld {
  const releases = [
    { digest: FIRST, version: 'v1', answer: serve },
    { digest: SECOND, version: 'v2', answer: serve },
    ...OTHERS.map((digest) => ({ digest, version: 'other', answer: serve })),
  ];
  return new FakeWorld({ servers: SERVERS, releases, ...(running !== undefined && { running }) });
}

const BALANCERS: readonly (readonly [string, BalancerCapabilities])[] = [
  ['fake', FAKE_CAPABILITIES],
  ['one with few capabilities', FEW],
  ['none', NO_POOL],
];

for (const [name, capabilities] of BALANCERS) {
  describeLoadBalancerContract(name, capabilities, async () => {
    const world = newWorld(FIRST);
    const probe = createFakeHttpProbe(world);
    return {
      balancer: createFakeLoadBalancer(world, capabilities),
      pool: world.pool,
      servers: SERVERS,
      answered: (server) => world.member(server).requests,
      async send(path) {
        const url = `${world.poolUrl}${path}`;
        return (await probe.request({ method: 'GET', url, timeoutMs: 5_000 })).status;
      },
      async setMaint(server) {
        world.member(server).admin = 'maint';
      },
      async setDown(server, down) {
        world.member(server).unreachable = down;
      },
      close: done,
    };
  });
}

describeContainerRuntimeContract('fake', async () => {
  const world = newWorld();
  const setTaken = async (taken: boolean) => {
    world.server('s1').portTaken = taken;
  };
  return {
    runtime: createFakeContainerRuntime(world),
    server: 's1',
    service: 'hello',
    first: { repository: 'hello', digest: FIRST },
    second: { repository: 'hello', digest: SECOND },
    others: async (count) =>
      OTHERS.slice(0, count).map((digest) => ({ repository: 'hello', digest })),
    start: { command: ['node', 'server.js'], environment: {}, port: 8_100 },
    async occupyPort() {
      await setTaken(true);
      return () => setTaken(false);
    },
    close: done,
  };
});

describeServerHostContract('fake', async () => {
  const world = newWorld();
  const { files, sockets } = world.server('s1');
  sockets.set('/run/echo.sock', (stream) => {
    stream.on('data', (chunk: Buffer) => stream.write(chunk.toString('utf8').toUpperCase()));
  });
  return {
    hosts: createFakeServerHosts(world),
    server: 's1',
    socket: '/run/echo.sock',
    owner: 'app:app',
    async attributesOf(path) {
      const file = files.get(path);
      return `${file?.mode.toString(8) ?? ''} ${file?.owner ?? ''}`;
    },
    close: done,
  };
});

describeHttpProbeContract('fake', async () => {
  const world = newWorld(FIRST);
  const { address, servicePort } = world.server('s1');
  return {
    probe: createFakeHttpProbe(world),
    host: address,
    port: servicePort,
    closedPort: CLOSED_PORT,
    connections: () => null,
    close: done,
  };
});

describeHttpProbeContract('undici', async () => {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const ask = request.headers['x-ask'];
      const headers = { 'x-ask': typeof ask === 'string' ? ask : '' };
      const { method = '', url: path = '' } = request;
      const answer = serve({ method, path, headers });
      const answering = setTimeout(() => {
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      }, answer.delayMs ?? 0);
      response.on('close', () => clearTimeout(answering));
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    probe: createHttpProbe('.'),
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    closedPort: CLOSED_PORT,
    connections: () => connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});

describeSealContract('fake', async () => ({
  seal: createFakeSeal('one'),
  acquainted: createFakeSeal('other', ['one']),
  stranger: createFakeSeal('third'),
  close: done,
}));

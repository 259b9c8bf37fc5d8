import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { claimFreePort, claimPort, claimStablePorts } from '../../src/embedded/ports.ts';

const PORTS = new URL('../../src/embedded/ports.ts', import.meta.url).href;

describe('a port', () => {
  it('is had by one at a time, although nobody listens there', async () => {
    const free = await claimFreePort();
    await free.release();
    const { port } = free;
    const claims = await Promise.all([1, 2, 3].map(() => claimPort(port)));
    const [held, ...more] = claims.filter((claim) => claim !== null);
    expect(held?.port).toBe(port);
    expect(more).toEqual([]);
    await held?.release();
    await held?.release();
    const again = await claimPort(port);
    expect(again?.port).toBe(port);
    await again?.release();
  });

  it('is not had where something listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await claimPort(port)).toBeNull();
    server.close();
    await once(server, 'close');
    await (await claimPort(port))?.release();
  });

  it('is free again once the process that has it is killed', async () => {
    const program = `
      const { claimFreePort } = await import(${JSON.stringify(PORTS)});
      console.log((await claimFreePort()).port);
      setInterval(() => undefined, 1_000);
    `;
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const port = Number(line);
    expect(await claimPort(port)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const claim = await claimPort(port);
    expect(claim?.port).toBe(port);
    await claim?.release();
  });
});

describe('ports of a project', () => {
  it('stay the same, except those that another has by now', async () => {
    const first = await claimStablePorts(['balancer', 'ssh', 'service'], {});
    expect(new Set(Object.values(first.ports)).size).toBe(3);
    await first.release();
    const other = await claimPort(first.ports['ssh'] ?? 0);
    const again = await claimStablePorts(['balancer', 'ssh', 'service'], first.ports);
    expect(again.ports).toMatchObject({
      balancer: first.ports['balancer'],
      service: first.ports['service'],
    });
    expect(again.ports['ssh']).not.toBe(first.ports['ssh']);
    const free = await claimFreePort();
    expect(Object.values(again.ports)).not.toContain(free.port);
    await Promise.all([other?.release(), again.release(), free.release()]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpProbe } from '../../src/ports/http-probe.ts';

/**
 * A probe and a service with the paths /ok (200 `hello`, header x-test: yes), /slow (300 ms),
 * /never (takes half a minute), /broken (503), /moved (302 to /ok), /large (100,000 × `x`), and /echo (200, `METHOD x-ask`).
 */
export interface HttpProbeSubject {
  readonly probe: HttpProbe;
  readonly host: string;
  readonly port: number;
  readonly closedPort: number;
  /** Connections that the service has had; null where the subject has none to count. */
  connections(): number | null;
  close(): Promise<void>;
}

export function describeHttpProbeContract(
  name: string,
  makeSubject: () => Promise<HttpProbeSubject>,
): void {
  describe(`HttpProbe: ${name}`, () => {
    let subject: HttpProbeSubject;

    const get = (
      path: string,
      options: { timeoutMs?: number; signal?: AbortSignal; port?: number } = {},
    ) =>
      subject.probe.request({
        method: 'GET',
        url: `http://${subject.host}:${options.port ?? subject.port}${path}`,
        timeoutMs: options.timeoutMs ?? 5_000,
        ...(options.signal !== undefined && { signal: options.signal }),
      });

    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(() => subject.close());

    it('gives status, headers, body and time', async () => {
      const answer = await get('/ok');
      expect(answer).toMatchObject({ status: 200, body: 'hello' });
      expect(answer.headers['x-test']).toBe('yes');
      expect((await get('/slow')).durationMs).toBeGreaterThanOrEqual(290);
    });

    it('gives an error status as an answer, and follows no redirect', async () => {
      expect((await get('/broken')).status).toBe(503);
      expect((await get('/moved')).status).toBe(302);
    });

    it('sends method and headers', async () => {
      const answer = await subject.probe.request({
        method: 'POST',
        url: `http://${subject.host}:${subject.port}/echo`,
        headers: { 'x-ask': 'please' },
        timeoutMs: 5_000,
      });
      expect(answer.body).toBe('POST please');
    });

    it('bounds the body', async () => {
      expect((await get('/large')).body.length).toBe(64 * 1024);
    });

    it('opens a connection of its own for each request', async () => {
      const before = subject.connections();
      await get('/ok');
      await get('/ok');
      await get('/ok');
      if (before !== null) expect((subject.connections() ?? 0) - before).toBe(3);
    });

    it('ends at its time limit', async () => {
      const started = performance.now();
      await expect(get('/never', { timeoutMs: 60 })).rejects.toMatchObject({
        name: 'PortError',
        kind: 'unavailable',
      });
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    it('ends when it is cancelled, with the reason given', async () => {
      const cancel = new AbortController();
      const reason = new Error('not needed any more');
      const pending = get('/never', { signal: cancel.signal });
      setTimeout(() => cancel.abort(reason), 30);
      await expect(pending).rejects.toBe(reason);
    });

    it('says that nothing listens', async () => {
      const unreachable = { name: 'PortError', kind: 'unreachable' };
      await expect(get('/ok', { port: subject.closedPort })).rejects.toMatchObject(unreachable);
      await expect(
        subject.probe.connect(subject.host, subject.closedPort, 2_000),
      ).rejects.toMatchObject(unreachable);
    });

    it('connects to a port that listens', async () => {
      await expect(
        subject.probe.connect(subject.host, subject.port, 2_000),
      ).resolves.toBeUndefined();
    });

    it('refuses what is no address', async () => {
      const request = { method: 'GET', url: 'no address', timeoutMs: 1_000 };
      await expect(subject.probe.request(request)).rejects.toMatchObject({
        name: 'PortError',
        kind: 'invalid',
      });
    });
  });
}

/** Answers of S3 as they stand; against a real service see test/lab/artifacts. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import {
  createS3ArtifactStore,
  type S3ArtifactOptions,
} from '../../../src/adapters/artifacts/s3-artifact-store.ts';
import type { ArtifactArchive } from '../../../src/ports/artifact-store.ts';

function open(change: Partial<S3ArtifactOptions> = {}): ArtifactArchive {
  return createS3ArtifactStore({
    endpoint: 'http://127.0.0.1:1',
    region: 'eu-central-1',
    bucket: 'bucket',
    prefix: 'shop',
    pathStyle: true,
    login: () => Promise.resolve({ accessKey: 'key', secretKey: 'secret' }),
    dispatcher: undefined,
    ...change,
  });
}

describe('the artifact store in S3', () => {
  it('says that nobody answers', async () => {
    const store = open();
    await expect(store.read('artifact:run-1/x')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it.each([
    [
      503,
      '<Error><Code>SlowDown</Code><Message>Slow &amp; steady.</Message></Error>',
      'unavailable',
      'SlowDown: Slow & steady',
    ],
    [500, 'no XML at all <', 'unavailable', 'HTTP 500'],
    [400, '', 'invalid', 'HTTP 400'],
  ])('takes an answer of %i for what it is', async (status, body, kind, text) => {
    const seen: string[] = [];
    const answers = await answering((path, response) => {
      seen.push(path);
      response.writeHead(status).end(body);
    });
    const store = open({ endpoint: answers.endpoint });
    const problem = { kind, message: expect.stringContaining(text) };
    await expect(store.write('run-1', 'x', 'x')).rejects.toMatchObject(problem);
    expect(seen).toEqual(['/bucket/shop/run-1/x']);
    await answers.close();
  });

  it('reads a list that is not in URL encoding, with entities, with the bucket in the host', async () => {
    const seen: string[] = [];
    const answers = await answering((path, response, host) => {
      seen.push(`${host} ${path}`);
      response.end(
        '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>shop/run-1/a&amp;b&#43;c</Key><Size>3</Size><ETag>&quot;e&quot;</ETag><LastModified>2026-01-01T00:00:00.500Z</LastModified></Contents></ListBucketResult>',
      );
    });
    // Whatever the name, this listener is asked.
    const { port } = new URL(answers.endpoint);
    const dispatcher = new Agent({
      connect: {
        lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
      },
    });
    const place = { endpoint: `http://s3.example.com:${port}`, pathStyle: false, bucket: 'my' };
    const { runs } = await open({ ...place, dispatcher }).list();
    await dispatcher.close();
    expect(runs[0]?.artifacts).toMatchObject([{ name: 'a&b+c', bytes: 3, mark: 'e 1767225600' }]);
    expect(seen).toEqual([expect.stringMatching(/^my\.s3\.example\.com:\d+ \/\?list-type=2/u)]);
    await answers.close();
  });
});

async function answering(
  answer: (path: string, response: ServerResponse, host: string) => void,
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const listener = createServer((request, response) => {
    request
      .resume()
      .on('end', () => answer(request.url ?? '', response, request.headers.host ?? ''));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    endpoint: `http://localhost:${port}`,
    async close() {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

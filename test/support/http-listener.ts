import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface HttpListener {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What the next requests are answered with. */
  answer: { status: number; body: string; headers: Record<string, string> };
  close(): Promise<void>;
}

/** A real HTTP server on loopback and a free port that keeps what it is sent. */
export async function listenHttp(): Promise<HttpListener> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
      const { status, body, headers: answerHeaders } = listener.answer;
      response
        .writeHead(status, { 'content-type': 'application/json', ...answerHeaders })
        .end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const listener: HttpListener = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: { status: 200, body: '{"ok":true}', headers: {} },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return listener;
}

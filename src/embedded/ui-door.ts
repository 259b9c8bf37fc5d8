/**
 * Stands before Temporal's Web UI, which answers under any name: a page in a browser could have its own
 * name point to this machine (DNS rebinding) and would then read and change runs. Here only a loopback
 * name is answered, and what changes something only from a page of the UI itself.
 */
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const READING = ['GET', 'HEAD'];

/** @param inner where the UI itself listens: `host:port` @param port of the door, on 127.0.0.1 */
export async function openUiDoor(inner: string, port: number): Promise<Server> {
  const agent = new Agent({ keepAlive: true });
  const door = createServer((asked, answer) => {
    const refusal = refusalOf(asked, port);
    if (refusal !== null) {
      asked.resume();
      answer.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal}\n`);
      return;
    }
    const { method, url: path, headers } = asked;
    const [host, innerPort] = inner.split(':');
    const onward = request({ host, port: Number(innerPort), agent, method, path, headers });
    onward.on('response', (given) => {
      answer.writeHead(given.statusCode ?? 502, given.rawHeaders);
      given.pipe(answer);
    });
    onward.on('error', () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject);
    door.listen(port, '127.0.0.1', resolve);
  });
  door.on('close', () => agent.destroy());
  return door;
}

/** null: let in. */
function refusalOf({ method = '', headers }: IncomingMessage, port: number): string | null {
  const own = NAMES.map((name) => `${name}:${port}`);
  const { host = '', origin } = headers;
  if (!own.includes(host.toLowerCase())) return `The Web UI is at http://127.0.0.1:${port} only.`;
  if (READING.includes(method) || origin === undefined) return null;
  if (own.some((name) => origin.toLowerCase() === `http://${name}`)) return null;
  return 'Another site cannot change anything here.';
}

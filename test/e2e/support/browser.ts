/** A headless Chromium, driven over its own debugging protocol: pages, their text, and pictures of them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'undici';

const START_LIMIT_MS = 30_000;
const ANSWER_LIMIT_MS = 30_000;
const END_LIMIT_MS = 5_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-port=0',
];

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture to one of the page. Default 1. */
  readonly scale?: number;
}

/** The program's name; null where none is installed. */
export function findChromium(): string | null {
  const found = NAMES.find(
    (name) => spawnSync(name, ['--version'], { timeout: START_LIMIT_MS }).status === 0,
  );
  return found ?? null;
}

interface Answer {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

export class Browser {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.#child = child;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /**
   * Starts it with a profile of its own and one empty page.
   * @param names host names that it finds on this machine, as a hostile name server would have it
   */
  static async open(program: string, names: readonly string[] = []): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), 'runsheet-browser-'));
    const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',');
    const own = [`--user-data-dir=${folder}`, `--host-resolver-rules=${rules}`];
    const args = [...QUIET, ...own, 'about:blank'];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    try {
      const socket = new WebSocket(await pageOf(await debuggingPort(child)));
      await new Promise<void>((resolve, reject) => {
        socket.addEventListener('open', () => resolve());
        socket.addEventListener('error', () => reject(new Error('the page did not answer')));
      });
      return new Browser(child, folder, socket);
    } catch (error) {
      await end(child, folder);
      throw error;
    }
  }

  async show(url: string, { width, height, scale = 1 }: PictureSize): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: scale, mobile: false };
    await this.#call('Emulation.setDeviceMetricsOverride', metrics);
    await this.#call('Page.navigate', { url });
  }

  /** What an expression gives in the page, as JSON. @throws where it throws there */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.#call('Runtime.evaluate', params);
    if (exceptionDetails !== undefined)
      throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { readonly value?: unknown }).value;
  }

  /** Everything that the page shows as text, frames of its own included. */
  async text(): Promise<string> {
    const frames =
      "[...document.querySelectorAll('iframe')].map((f) => f.contentDocument?.body?.innerText ?? '')";
    return String(
      await this.evaluate(`[document.body?.innerText ?? '', ...${frames}].join('\\n')`),
    );
  }

  /** @returns a PNG of what the window shows now */
  async picture(): Promise<Buffer> {
    const { data } = await this.#call('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    this.#socket.close();
    await end(this.#child, this.#folder);
  }

  #call(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWER_LIMIT_MS);
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

/** It says on standard error where it listens. */
function debuggingPort(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`the browser did not start: ${said}`)),
      START_LIMIT_MS,
    );
    child.once('error', reject);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4_000);
      const port = /DevTools listening on ws:\/\/[^:]+:(\d+)/u.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
  });
}

async function pageOf(port: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const pages = (await answer.json()) as {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const page = pages.find(({ type }) => type === 'page');
  if (page === undefined) throw new Error('the browser has no page');
  return page.webSocketDebuggerUrl;
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(END_LIMIT_MS)]);
  }
  endGroup(child);
  // What it wrote last may still be on its way.
  await sleep(200);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

/** Its helpers are in its process group and would go on writing into the folder. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { EmbeddedError, portInUse } from './embedded-error.ts';
import { type FindTemporalOptions, findTemporal } from './find-temporal.ts';
import { freePort, probePort } from './ports.ts';
import { endGroup, startGroup } from './process-group.ts';

/** The types as `--search-attribute` spells them; kept in step with src/plan/search-attributes.ts by a test. */
export const SERVER_SEARCH_ATTRIBUTES: Readonly<Record<string, string>> = {
  RunsheetService: 'Keyword',
  RunsheetEnvironment: 'Keyword',
  RunsheetVersion: 'Keyword',
  RunsheetStatus: 'Keyword',
  RunsheetStep: 'Int',
  RunsheetApproval: 'Keyword',
};

/** Without it every workflow step waits for a poll of the transfer queue, a beat of 50 ms. */
const DYNAMIC_CONFIG = ['history.transferProcessorMaxPollRPS=5000'];
const START_LIMIT_MS = 20_000;
const GRACE_MS = 8_000;
const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;

export interface TemporalServerOptions extends FindTemporalOptions {
  /** Absent: 7233 or else any free port; 0: any free port; another: that one or PORT_IN_USE. */
  readonly port?: number;
  readonly uiPort?: number;
  readonly headless?: boolean;
  /** The server's data, kept from one start to the next; absent: in memory. */
  readonly databaseFile?: string;
  readonly logFile: string;
  /** Told the group's pid before anything is waited for, so that it can be put on record. */
  readonly onStarted?: (pid: number) => void;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string | null;
  readonly pid: number;
  /** Where the program came from, one line. */
  readonly origin: string;
  /** Settles when the server ends without having been closed. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts Temporal's development server on 127.0.0.1 and waits until it answers.
 * @throws EmbeddedError NO_TEMPORAL_SERVER, PORT_IN_USE or NOT_ANSWERING (after 20 s)
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const port = await choosePort(
    options.port,
    USUAL_PORT,
    { zh: 'Temporal', en: 'Temporal' },
    '--temporal-port',
  );
  const uiPort =
    options.headless === true
      ? null
      : await choosePort(
          options.uiPort,
          USUAL_UI_PORT,
          { zh: 'Web 界面', en: 'the Web UI' },
          '--ui-port',
        );
  const found = await findTemporal(options);
  await mkdir(dirname(options.logFile), { recursive: true });
  if (options.databaseFile !== undefined)
    await mkdir(dirname(options.databaseFile), { recursive: true });
  const child = startGroup({
    argv: [found.path, ...serverArguments(port, uiPort, options.databaseFile)],
    cwd: dirname(options.logFile),
    env: options.env,
    logFile: options.logFile,
  });
  const exit = whenEnded(child);
  const pid = child.pid;
  if (pid === undefined) throw notAnswering(await exit, options.logFile, '');
  options.onStarted?.(pid);
  const address = `127.0.0.1:${port}`;
  const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`;
  try {
    await waitUntilAnswers(address, uiUrl, exit, options.logFile);
  } catch (error) {
    await endGroup(pid, GRACE_MS);
    throw error;
  }
  return {
    address,
    uiUrl,
    pid,
    origin: `temporal ${found.version} (${found.source}: ${found.path})`,
    ended: exit,
    close: () => endGroup(pid, GRACE_MS),
  };
}

function serverArguments(
  port: number,
  uiPort: number | null,
  databaseFile: string | undefined,
): readonly string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    ...(uiPort === null
      ? ['--headless']
      : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(SERVER_SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
    '--log-level=warn',
  ];
}

async function choosePort(
  wanted: number | undefined,
  usual: number,
  whatFor: { readonly zh: string; readonly en: string },
  option: string,
): Promise<number> {
  if (wanted === undefined) return (await probePort(usual)) ?? freePort();
  if (wanted === 0) return freePort();
  if ((await probePort(wanted)) === null) throw portInUse(wanted, whatFor, option);
  return wanted;
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });
}

async function waitUntilAnswers(
  address: string,
  uiUrl: string | null,
  exit: Promise<string>,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  let ended: string | null = null;
  void exit.then((how) => {
    ended = how;
  });
  for (;;) {
    if (await answers(address, uiUrl)) return;
    if (ended !== null || Date.now() >= deadline) {
      throw notAnswering(
        ended ?? `no answer in ${START_LIMIT_MS / 1000} s`,
        logFile,
        await lastLines(logFile),
      );
    }
    await sleep(100);
  }
}

async function answers(address: string, uiUrl: string | null): Promise<boolean> {
  // A gRPC channel that was refused once waits a second before it tries again.
  if (!(await accepts(Number(address.slice(address.lastIndexOf(':') + 1))))) return false;
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: 2_000 });
    const ready = connection;
    await ready.withDeadline(Date.now() + 2_000, () =>
      ready.workflowService.describeNamespace({ namespace: 'default' }),
    );
    if (uiUrl !== null) {
      const page = await fetch(uiUrl, { signal: AbortSignal.timeout(2_000) });
      await page.body?.cancel();
      return page.ok;
    }
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function lastLines(logFile: string): Promise<string> {
  if (!existsSync(logFile)) return '';
  const text = await readFile(logFile, 'utf8');
  return text.trim().split('\n').slice(-3).join('\n').slice(-600);
}

function notAnswering(reason: string, logFile: string, excerpt: string): EmbeddedError {
  const tail = excerpt === '' ? '' : `\n${excerpt}`;
  return new EmbeddedError(
    'NOT_ANSWERING',
    {
      zh: `Temporal 服务器没有启动（${reason}）${tail}`,
      en: `the Temporal server did not start (${reason})${tail}`,
    },
    {
      zh: `查看 ${logFile}；若数据文件损坏，删除它旁边的 temporal.db 后重试`,
      en: `look into ${logFile}; where its data file is broken, remove temporal.db beside it and start again`,
    },
  );
}

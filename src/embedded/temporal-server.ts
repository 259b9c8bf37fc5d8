import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { howExited, inBoth, portInUse } from './embedded-error.ts';
import { type FindTemporalOptions, findTemporal } from './find-temporal.ts';
import { claimFreePort, claimPort, type PortClaim, probePort } from './ports.ts';
import { endGroup, startGroup } from './process-group.ts';
import { notAnswering, waitUntilAnswers } from './temporal-ready.ts';
import { openUiDoor } from './ui-door.ts';

/** The types as `--search-attribute` spells them; kept in step with src/plan/search-attributes.ts by a test. */
export const SERVER_SEARCH_ATTRIBUTES: Readonly<Record<string, string>> = {
  RunsheetService: 'Keyword',
  RunsheetEnvironment: 'Keyword',
  RunsheetVersion: 'Keyword',
  RunsheetStatus: 'Keyword',
  RunsheetStep: 'Int',
  RunsheetApproval: 'Keyword',
};

const DYNAMIC_CONFIG = [
  // Without it, every workflow step waits up to 50 ms for the next poll of the transfer queue.
  'history.transferProcessorMaxPollRPS=5000',
  // An activity outside any run would be one that nobody approved; a worker refuses it, too.
  'activity.enableStandalone=false',
  // Its HTTP API has no use here, and would answer to any page in a browser.
  'frontend.httpAllowedHosts=["nobody.invalid"]',
];
const GRACE_MS = 8_000;
const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;

export interface TemporalServerOptions extends FindTemporalOptions {
  /** Absent: the previous one, 7233 or any free port; 0: any free port; another: that one, or PORT_IN_USE. */
  readonly port?: number;
  readonly uiPort?: number;
  /** Used again if free. */
  readonly formerPort?: number;
  readonly formerUiPort?: number;
  readonly headless?: boolean;
  /** The server's data, kept across starts; absent: in memory. */
  readonly databaseFile?: string;
  readonly logFile: string;
  /** Called with the group's pid before waiting for anything, so that it can be recorded. */
  readonly onStarted?: (pid: number) => void;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string | null;
  readonly pid: number;
  /** Where the program came from, one line. */
  readonly origin: string;
  /** Settles when the server ends without having been closed. */
  readonly ended: Promise<Localized>;
  close(): Promise<void>;
}

/**
 * Starts Temporal's development server on 127.0.0.1 and waits until it answers.
 * @throws EmbeddedError NO_TEMPORAL_SERVER, PORT_IN_USE or NOT_ANSWERING (after 20 s)
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const port = await choosePort(
    options.port,
    [options.formerPort, USUAL_PORT],
    { zh: 'Temporal', en: 'Temporal' },
    '--temporal-port',
  );
  const claims = [port];
  try {
    if (options.headless === true) return await startOn(options, port.port, null);
    const uiPort = await choosePort(
      options.uiPort,
      [options.formerUiPort, USUAL_UI_PORT],
      { zh: 'Web UI', en: 'Web UI' },
      '--ui-port',
    );
    const inner = await claimFreePort();
    claims.push(uiPort, inner);
    return await startOn(options, port.port, {
      port: uiPort.port,
      host: innerHost(),
      innerPort: inner.port,
    });
  } finally {
    // From here on, the server's own listeners hold the ports.
    for (const claim of claims) await claim.release();
  }
}

interface UiPlace {
  /** Of the door, on 127.0.0.1. */
  readonly port: number;
  /** Where the UI itself listens. */
  readonly host: string;
  readonly innerPort: number;
}

/** Linux answers on all of 127.0.0.0/8: an address that no page can guess. Elsewhere it has a port like that. */
function innerHost(): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
}

async function startOn(
  options: TemporalServerOptions,
  port: number,
  ui: UiPlace | null,
): Promise<TemporalServer> {
  const found = await findTemporal(options);
  await mkdir(dirname(options.logFile), { recursive: true });
  if (options.databaseFile !== undefined)
    await mkdir(dirname(options.databaseFile), { recursive: true });
  const child = startGroup({
    argv: [found.path, ...serverArguments(port, ui, options.databaseFile)],
    cwd: dirname(options.logFile),
    env: options.env,
    logFile: options.logFile,
  });
  const exit = whenEnded(child);
  const pid = child.pid;
  if (pid === undefined) throw notAnswering(await exit, options.logFile, '');
  options.onStarted?.(pid);
  const address = `127.0.0.1:${port}`;
  const inner = ui === null ? null : `${ui.host}:${ui.innerPort}`;
  let door: Server | null = null;
  try {
    await waitUntilAnswers(
      address,
      inner === null ? null : `http://${inner}`,
      exit,
      options.logFile,
    );
    if (ui !== null && inner !== null) door = await openUiDoor(inner, ui.port);
  } catch (error) {
    await endGroup(pid, GRACE_MS);
    throw error;
  }
  return {
    address,
    uiUrl: ui === null ? null : `http://127.0.0.1:${ui.port}`,
    pid,
    origin: `temporal ${found.version} (${found.source}: ${found.path})`,
    ended: exit,
    async close() {
      door?.close();
      door?.closeAllConnections();
      await endGroup(pid, GRACE_MS);
    },
  };
}

function serverArguments(
  port: number,
  ui: UiPlace | null,
  databaseFile: string | undefined,
): readonly string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    ...(ui === null
      ? ['--headless']
      : ['--ui-ip', ui.host, '--ui-port', String(ui.innerPort), '--ui-disable-news-fetch']),
    ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(SERVER_SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
    '--log-level=warn',
  ];
}

/** A requested port is that one or an error; otherwise the first free one. */
async function choosePort(
  wanted: number | undefined,
  usual: readonly (number | undefined)[],
  whatFor: Localized,
  option: string,
): Promise<PortClaim> {
  if (wanted !== undefined && wanted !== 0) {
    if ((await probePort(wanted)) === null) throw portInUse(wanted, whatFor, option);
    return { port: wanted, release: () => Promise.resolve() };
  }
  if (wanted === undefined) {
    for (const port of usual) {
      const claim = port === undefined ? null : await claimPort(port);
      if (claim !== null) return claim;
    }
  }
  return claimFreePort();
}

function whenEnded(child: ChildProcess): Promise<Localized> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(inBoth(error.message)));
    child.once('exit', (code, signal) => resolve(howExited(code, signal)));
  });
}

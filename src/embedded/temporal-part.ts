import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { TemporalConnection } from '../ports/connections.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { FolderClaim } from './folder-claim.ts';
import type { StateFolder } from './state-folder.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { superviseTemporal } from './temporal-supervisor.ts';

const ANSWER_LIMIT_MS = 3_000;

export interface TemporalPart {
  readonly connection: TemporalConnection;
  /** To be used again at the next start. */
  readonly ports: Readonly<Record<string, number>>;
  readonly ended: Promise<Localized>;
  close(): Promise<void>;
}

export interface TemporalChoice {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly temporal?: TemporalConnection;
  readonly temporalPort?: number;
  readonly uiPort?: number;
  readonly onProgress?: (text: Localized) => void;
}

/** Whether a server is configured; then it is checked before anything else starts. */
export function temporalIsConfigured(choice: TemporalChoice): boolean {
  return (choice.temporal ?? configuredByEnvironment(choice.env)) !== null;
}

/** The configured server, or one of our own. */
export async function provideTemporal(
  choice: TemporalChoice,
  former: Readonly<Record<string, number>>,
  state: StateFolder,
  claim: FolderClaim,
): Promise<TemporalPart> {
  const configured = choice.temporal ?? configuredByEnvironment(choice.env);
  if (configured === null) return startOwn(choice, former, state, claim);
  try {
    return await useConfigured(configured, choice.env);
  } catch (error) {
    // The address of our own previous server, from `.runsheet/env`: that one has ended.
    if (configured.address === `127.0.0.1:${former['temporal']}`)
      return startOwn(choice, former, state, claim);
    throw error;
  }
}

function configuredByEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): TemporalConnection | null {
  const address = env['TEMPORAL_ADDRESS'];
  if (address === undefined || address === '') return null;
  return {
    address,
    namespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
    uiUrl: env['TEMPORAL_UI_URL'] ?? null,
  };
}

/** Asked as the worker will, with the TLS and the key of the `temporal` program's settings. */
async function useConfigured(
  connection: TemporalConnection,
  env: TemporalChoice['env'],
): Promise<TemporalPart> {
  try {
    const variables = Object.entries(env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    const settings = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(variables) });
    const client = await Connection.connect({
      ...settings.connectionOptions,
      address: connection.address,
      connectTimeout: ANSWER_LIMIT_MS,
    });
    await client.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { address } = connection;
    const diagnostic = diagnose('NO_TEMPORAL_SERVER', 'configuredForDev', { address, reason });
    throw new EmbeddedError(diagnostic, { cause: error });
  }
  const never = new Promise<never>(() => undefined);
  return { connection, ports: {}, ended: never, close: () => Promise.resolve() };
}

async function startOwn(
  choice: TemporalChoice,
  former: Readonly<Record<string, number>>,
  state: StateFolder,
  claim: FolderClaim,
): Promise<TemporalPart> {
  const { temporalPort, uiPort } = choice;
  const { temporal: formerPort, 'temporal ui': formerUiPort } = former;
  let recorded: Promise<void> = Promise.resolve();
  const onProgress = (text: Localized): void => choice.onProgress?.(text);
  const usual = {
    ...(temporalPort === undefined ? {} : { port: temporalPort }),
    ...(uiPort === undefined ? {} : { uiPort }),
    ...(formerPort === undefined ? {} : { formerPort }),
    ...(formerUiPort === undefined ? {} : { formerUiPort }),
  };
  const supervised = await superviseTemporal({
    onProgress,
    start: async (before) => {
      const started = await startTemporalServer({
        env: choice.env,
        databaseFile: state.file('temporal.db'),
        logFile: state.file('temporal.log'),
        onProgress,
        onStarted: (pid) => {
          recorded = claim.record(pid);
        },
        ...(before === null ? usual : portsOf(before)),
      });
      await recorded;
      return started;
    },
  });
  const { server } = supervised;
  return {
    connection: { address: server.address, namespace: 'default', uiUrl: server.uiUrl, isOwn: true },
    ports: {
      temporal: portOf(server.address),
      ...(server.uiUrl === null ? {} : { 'temporal ui': portOf(server.uiUrl) }),
    },
    ended: supervised.ended,
    close: () => supervised.close(),
  };
}

/** Whoever knows the addresses finds it there again. */
function portsOf({ address, uiUrl }: TemporalServer): { port: number; uiPort?: number } {
  return { port: portOf(address), ...(uiUrl === null ? {} : { uiPort: portOf(uiUrl) }) };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

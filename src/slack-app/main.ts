/**
 * The Slack app as a process: project → client → app. Its folder is the project's; standard output
 * has one line, when it listens. It holds Slack's signing secret and nothing else: no server's key.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSecretStore } from '../adapters/secrets/secret-store.ts';
import { connectRunsheet, NoTemporalServerError } from '../client.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile, SlackConnection } from '../config/project-file.ts';
import { renderDiagnostics } from '../diagnostics/render.ts';
import { type SlackApp, startSlackApp } from './app.ts';
import { decisionClientOver } from './decision-client.ts';

const DEFAULT_PORT = 3000;

export interface SlackAppProcessOptions {
  /** Folder of runsheet.yaml. */
  readonly folder: string;
  /** Loopback unless told otherwise: a reverse proxy in front of it is what Slack reaches. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly language: 'zh' | 'en';
}

/** Why the app cannot start: what is missing, and what to write where. */
export class SlackAppStartError extends Error {
  override readonly name = 'SlackAppStartError';
}

/** Listens until it is closed. @throws SlackAppStartError, and PortError for a secret without a value */
export async function openSlackApp(options: SlackAppProcessOptions): Promise<SlackApp> {
  const environment = readEnvironment(options.folder);
  const project = await projectOf(options, environment);
  const { team, signingSecret } = requireSlack(project);
  const secrets = createSecretStore({ environment, folder: project.secretsFolder });
  const secret = (await secrets.resolve(signingSecret)).reveal();
  const runs = await connect(project, environment);
  const app = await startSlackApp({
    signingSecret: secret,
    workspace: { teamId: team, personOf: (user) => personOf(options, environment, user) },
    client: decisionClientOver(runs),
    language: options.language,
    host: options.host,
    port: options.port,
    onRefusal: (code, who) =>
      void process.stderr.write(`${JSON.stringify({ event: 'refused', code, who })}\n`),
  }).catch(async (error: unknown) => {
    await runs.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await app.close();
    await runs.close();
  };
  return { url: app.url, close };
}

type SlackSettings = Required<Pick<SlackConnection, 'team' | 'signingSecret'>>;

function requireSlack({ channels: { slack } }: ProjectFile): SlackSettings {
  const { team, signingSecret } = slack ?? {};
  if (team !== undefined && signingSecret !== undefined) return { team, signingSecret };
  throw new SlackAppStartError(
    'runsheet.yaml 缺少 channels.slack.team（工作区 ID）或 channels.slack.signing_secret（secret:// 引用）\n' +
      'runsheet.yaml lacks channels.slack.team (the workspace id) or channels.slack.signing_secret (a secret:// reference)',
  );
}

async function connect(
  { connections }: ProjectFile,
  environment: Environment,
): ReturnType<typeof connectRunsheet> {
  const { temporal } = connections;
  try {
    if (temporal === null) throw new NoTemporalServerError('TEMPORAL_ADDRESS');
    return await connectRunsheet({ ...temporal, environment });
  } catch (error) {
    if (!(error instanceof NoTemporalServerError)) throw error;
    throw new SlackAppStartError(
      `NO_TEMPORAL_SERVER: ${error.message} 没有应答；运行 runsheet dev，或设置 TEMPORAL_ADDRESS\n` +
        `NO_TEMPORAL_SERVER: no answer from ${error.message}; type runsheet dev, or set TEMPORAL_ADDRESS`,
    );
  }
}

/** Read afresh for each click: a person who has left the file decides nothing any more. */
async function personOf(
  options: SlackAppProcessOptions,
  environment: Environment,
  user: string,
): Promise<string | null> {
  const { people } = await projectOf(options, environment);
  return Object.entries(people).find(([, { slack }]) => slack === user)?.[0] ?? null;
}

async function projectOf(
  { folder, language }: SlackAppProcessOptions,
  environment: Environment,
): Promise<ProjectFile> {
  const { project, diagnostics } = await loadProject(folder, environment);
  if (project !== null) return project;
  throw new SlackAppStartError(renderDiagnostics(diagnostics, language));
}

/** This file as a program: `node dist/slack-app/main.js [--port 3000] [--host 127.0.0.1] [--lang zh|en]`. */
async function main(argv: readonly string[]): Promise<void> {
  try {
    const app = await openSlackApp(readOptions(argv));
    process.stdout.write(`${JSON.stringify({ event: 'ready', url: app.url })}\n`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void app.close().then(() => process.exit(0)));
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

function readOptions(argv: readonly string[]): SlackAppProcessOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      lang: { type: 'string', default: 'zh' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SlackAppStartError(`--port ${values.port}: 0–65535`);
  }
  return {
    folder: process.cwd(),
    host: values.host,
    port,
    language: values.lang === 'en' ? 'en' : 'zh',
  };
}

const [, program] = process.argv;
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}

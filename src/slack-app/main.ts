/**
 * The Slack app as a process: project → client → app. It runs in the project's folder and prints one line,
 * when it listens. It holds Slack's signing secret and no other: no server's key.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSecretPrograms } from '../adapters/secrets/secret-programs.ts';
import { createSecretStore } from '../adapters/secrets/secret-store.ts';
import { connectRunsheet, NoTemporalServerError } from '../client.ts';
import { temporalUnknown } from '../config/connections.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile, SlackConnection } from '../config/project-file.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Language, Localized } from '../diagnostics/diagnostic.ts';
import { refusalText, renderDiagnostics } from '../diagnostics/render.ts';
import { type SlackApp, startSlackApp } from './app.ts';
import { decisionClientOver } from './decision-client.ts';

const DEFAULT_PORT = 3000;

export interface SlackAppProcessOptions {
  /** Folder of runsheet.yaml. */
  readonly folder: string;
  /** Loopback by default: Slack reaches a reverse proxy in front of it. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly language: Language;
}

/** Why the app cannot start: what is missing, and where to add it. */
export class SlackAppStartError extends Error {
  override readonly name = 'SlackAppStartError';
}

/** Listens until closed. @throws SlackAppStartError; PortError for a secret without a value */
export async function openSlackApp(options: SlackAppProcessOptions): Promise<SlackApp> {
  const environment = readEnvironment(options.folder);
  const project = await projectOf(options, environment);
  const { team, signingSecret } = requireSlack(project, options.language);
  const secrets = createSecretStore({
    environment,
    folder: project.secretsFolder,
    programs: createSecretPrograms({
      programs: project.secretCommands,
      folder: project.folder,
      environment,
    }),
  });
  const secret = (await secrets.resolve(signingSecret)).reveal();
  const runs = await connect(project, environment, options.language);
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

const NO_SLACK: Localized = {
  zh: 'runsheet.yaml 缺少 channels.slack.team（工作区 ID）或 channels.slack.signing_secret（secret:// 引用）',
  en: 'runsheet.yaml lacks channels.slack.team (the workspace id) or channels.slack.signing_secret (a secret:// reference)',
};

function requireSlack({ channels: { slack } }: ProjectFile, language: Language): SlackSettings {
  const { team, signingSecret } = slack ?? {};
  if (team !== undefined && signingSecret !== undefined) return { team, signingSecret };
  throw new SlackAppStartError(NO_SLACK[language]);
}

async function connect(
  { connections }: ProjectFile,
  environment: Environment,
  language: Language,
): ReturnType<typeof connectRunsheet> {
  const { temporal } = connections;
  const refuse = (diagnostic: Diagnostic): SlackAppStartError =>
    new SlackAppStartError(refusalText(diagnostic)[language]);
  if (temporal === null) throw refuse(temporalUnknown(connections));
  try {
    return await connectRunsheet({ ...temporal, environment });
  } catch (error) {
    if (!(error instanceof NoTemporalServerError)) throw error;
    const { address, fault } = error;
    const { answers, reason } = fault;
    const variant = answers ? 'refused' : 'noAnswer';
    throw refuse(diagnose('NO_TEMPORAL_SERVER', variant, { address, reason }));
  }
}

/** Read afresh for each click: a person removed from the file can no longer decide. */
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
  const language = values.lang === 'en' ? 'en' : 'zh';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    const text: Localized = {
      zh: `--port 应为 0–65535 的端口号，而不是「${values.port}」`,
      en: `--port: expected a port from 0 to 65535, not "${values.port}"`,
    };
    throw new SlackAppStartError(text[language]);
  }
  return { folder: process.cwd(), host: values.host, port, language };
}

const [, program] = process.argv;
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}

/** Config → adapters: everything that the activities reach, built once. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { BuildPorts } from '../activities/create-activities.ts';
import { createDatabaseRecordStore } from '../adapters/database/database-record-store.ts';
import { createEmailNotifier } from '../adapters/email/email-notifier.ts';
import { createSourceRepository } from '../adapters/git/source-repository.ts';
import { createHttpProbe } from '../adapters/http/http-probe.ts';
import { proxyOf } from '../adapters/http/proxy.ts';
import { createCommandRunner } from '../adapters/process/command-runner.ts';
import { createRedactor } from '../adapters/secrets/redactor.ts';
import { revealed } from '../adapters/secrets/revealed.ts';
import { createSecretPrograms } from '../adapters/secrets/secret-programs.ts';
import { createSecretStore } from '../adapters/secrets/secret-store.ts';
import { createSlackNotifier } from '../adapters/slack/slack-notifier.ts';
import { createSshHosts } from '../adapters/ssh/ssh-hosts.ts';
import { createWebhookNotifier } from '../adapters/webhook/webhook-notifier.ts';
import { openArtifacts } from '../artifacts.ts';
import { checkoutsFolderOf } from '../config/checkouts-folder.ts';
import type { Environment } from '../config/environment.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { Role } from '../config/worker-role.ts';
import type { Language } from '../diagnostics/language.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Ports } from '../ports/ports.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { createAttempts, type WorkersAttempts } from './attempts.ts';
import { claimedFirst, createBalancer } from './balancers.ts';
import { createFence } from './fence.ts';
import { createImages } from './releases.ts';
import { openSeal, openVerifier } from './seal.ts';
import { sshUser } from './ssh-user.ts';
import { needed } from './start-error.ts';

export interface Adapters {
  readonly build: BuildPorts;
  /** null: a worker that builds has none of it, nor the secrets for it. */
  readonly deploy: Ports | null;
  readonly redact: (text: string) => string;
  /** Whose end the servers are told. */
  readonly attempts: WorkersAttempts;
  close(): Promise<void>;
}

/** @param role null: both @throws WorkerStartError if an address or a key is missing */
export async function createAdapters(
  project: ProjectFile,
  environment: Environment,
  language: Language,
  role: Role | null,
): Promise<Adapters> {
  const { connections, settings, folder } = project;
  const state = await ownersFolder(join(folder, '.runsheet'));
  const dispatcher = proxyOf(environment);
  const redactor = createRedactor();
  const secrets = createSecretStore({
    environment,
    folder: project.secretsFolder,
    programs: createSecretPrograms({
      programs: project.secretCommands,
      folder,
      environment,
    }),
    onResolved: (value) => redactor.add(value),
  });
  const commands = createCommandRunner({ environment });
  const artifacts = await openArtifacts(project, { secrets, dispatcher });
  const registry = needed(connections.registry, 'registry.url');
  const images = createImages({ commands, secrets, project, environment, registry, dispatcher });
  const build: BuildPorts = {
    commands,
    source: createSourceRepository({
      projectFolder: folder,
      checkoutsFolder: checkoutsFolderOf(folder, environment),
      storeFolder: join(state, 'sources'),
      source: settings.source,
      commands,
      environment,
    }),
    builder: images.builder,
    registry: images.registry,
    artifacts,
    secrets,
    seal: await (role === 'build' ? openVerifier : openSeal)(state, environment),
  };
  const redact = (text: string): string => redactor.redact(text);
  const attempts = createAttempts();
  if (role === 'build') {
    const close = async (): Promise<void> => {
      await Promise.allSettled([artifacts.close(), dispatcher?.close()]);
    };
    return { build, deploy: null, redact, attempts, close };
  }
  const fence = createFence();
  const hosts = createSshHosts(connections.servers, {
    fence,
    attempts,
    files: connections.ssh,
    user: sshUser(environment),
    secrets,
    onIgnored: (text) => console.error('WARN', text[language]),
  });
  const claim = (server: string): Promise<void> => hosts.claim(server);
  const balancer = createBalancer(connections.balancer, { hosts, commands, fence, claim });
  const records = createDatabaseRecordStore({
    url: await revealed(needed(connections.databaseUrl, 'database.url'), secrets),
  });
  const deploy: Ports = {
    ...build,
    runtime: images.createRuntime(hosts, claimedFirst(fence, claim)),
    hosts,
    balancer,
    http: createHttpProbe(folder),
    notifiers: notifiersOf(project, secrets, dispatcher),
    records,
  };
  const close = async (): Promise<void> => {
    balancer.close?.();
    await Promise.allSettled([
      hosts.close(),
      records.close(),
      artifacts.close(),
      dispatcher?.close(),
    ]);
  };
  return { build, deploy, redact, attempts, close };
}

function notifiersOf(
  { channels }: ProjectFile,
  secrets: SecretStore,
  dispatcher: Dispatcher | undefined,
): readonly Notifier[] {
  const { email, slack, webhook } = channels;
  const notifiers: Notifier[] = [];
  if (email !== undefined) {
    const smtp = new URL(email.smtp);
    const secure = smtp.protocol === 'smtps:';
    const config = {
      host: smtp.hostname,
      port: smtp.port === '' ? (secure ? 465 : 25) : Number(smtp.port),
      secure,
      from: email.from,
      to: email.to,
      ...(email.user !== undefined && { user: email.user }),
      ...(email.password !== undefined && { passwordRef: email.password }),
    };
    notifiers.push(createEmailNotifier(config, secrets));
  }
  if (slack !== undefined) {
    const { token, channel, apiUrl } = slack;
    notifiers.push(
      createSlackNotifier(
        { tokenRef: token, channel, ...(apiUrl !== undefined && { apiUrl }) },
        secrets,
        dispatcher,
      ),
    );
  }
  if (webhook !== undefined) {
    const { url, secret } = webhook;
    notifiers.push(
      createWebhookNotifier(
        { url, ...(secret !== undefined && { signingKeyRef: secret }) },
        secrets,
        dispatcher,
      ),
    );
  }
  return notifiers;
}

/** Builds, logs and keys are nobody else's to read, in a folder that was there before, too. */
async function ownersFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  return path;
}

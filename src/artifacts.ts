/** The store that `artifacts:` of runsheet.yaml names, opened for the worker and for the commands. */
import type { Dispatcher } from 'undici';
import { createFolderArtifactStore } from './adapters/artifacts/folder-artifact-store.ts';
import { proxyOf } from './adapters/http/proxy.ts';
import { refusal } from './adapters/refusal.ts';
import { revealed } from './adapters/secrets/revealed.ts';
import { createSecretPrograms } from './adapters/secrets/secret-programs.ts';
import { createSecretStore } from './adapters/secrets/secret-store.ts';
import type { Environment } from './config/environment.ts';
import type { ProjectFile } from './config/project-file.ts';
import { diagnose } from './diagnostics/diagnose.ts';
import type { Localized } from './diagnostics/diagnostic.ts';
import type { ArtifactArchive } from './ports/artifact-store.ts';
import { PortError } from './ports/port-error.ts';
import type { SecretStore } from './ports/secret-store.ts';

export type * from './ports/artifact-store.ts';

export interface Means {
  readonly secrets: SecretStore;
  /** By which way requests leave for an S3 service; undefined: directly. */
  readonly dispatcher: Dispatcher | undefined;
}

/**
 * What a project's workers and commands keep and read, apart from other projects' in the same database
 * or bucket. Libraries of a kind are loaded where it is chosen.
 * @throws PortError where a secret has no value, or no database is known
 */
export async function openArtifacts(
  { service, connections: { artifacts } }: Pick<ProjectFile, 'service' | 'connections'>,
  { secrets, dispatcher }: Means,
): Promise<ArtifactArchive> {
  if (artifacts.kind === 'folder') return createFolderArtifactStore(artifacts.folder);
  if (artifacts.kind === 'database') {
    if (artifacts.url === null) {
      const missing = diagnose('BAD_PROJECT_FILE', 'addressMissing', { key: 'artifacts.url' });
      throw refusal('invalid', 'artifacts', missing);
    }
    const url = await revealed(artifacts.url, secrets);
    const store = await import('./adapters/artifacts/database-artifact-store.ts');
    return store.createDatabaseArtifactStore({ url, project: service });
  }
  const { kind: _, accessKey, secretKey, ...place } = artifacts;
  const login = async () => ({
    accessKey: await revealed(accessKey, secrets),
    secretKey: await revealed(secretKey, secrets),
  });
  const store = await import('./adapters/artifacts/s3-artifact-store.ts');
  return store.createS3ArtifactStore({ ...place, login, dispatcher });
}

/**
 * The same for one command: it is closed once the work has ended.
 * @throws what the work throws; for a PortError of the store see `storeProblem`
 */
export async function withArtifacts<T>(
  project: ProjectFile,
  environment: Environment,
  work: (store: ArtifactArchive) => Promise<T>,
): Promise<T> {
  const dispatcher = proxyOf(environment);
  const programs = createSecretPrograms({
    programs: project.secretCommands,
    folder: project.folder,
    environment,
  });
  const secrets = createSecretStore({ environment, folder: project.secretsFolder, programs });
  const store = await openArtifacts(project, { secrets, dispatcher });
  try {
    return await work(store);
  } finally {
    await Promise.all([store.close(), dispatcher?.close()]);
  }
}

/** What a store's error says to a person, with what to do next; null: it is another error. */
export function storeProblem(error: unknown): Localized | null {
  if (!(error instanceof PortError)) return null;
  const { message, remedy, zh } = error;
  const en = `${message} ${remedy}`.trim();
  return { en, zh: zh === null ? en : `${zh.message}${zh.remedy}` };
}

/** One project of the worker, with what it reaches. */
import type { NativeConnection } from '@temporalio/worker';
import { readEnvironment } from '../config/environment.ts';
import type { Role } from '../config/worker-role.ts';
import type { Language } from '../diagnostics/language.ts';
import { type Adapters, createAdapters } from './adapters.ts';
import { connectNative } from './connect.ts';
import type { ReadProject } from './read-projects.ts';

export interface OpenProject extends ReadProject {
  /** null: both. */
  readonly role: Role | null;
  readonly connection: NativeConnection;
  readonly adapters: Adapters;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly language: Language;
  /** null: both. */
  readonly role: Role | null;
}

/** @throws WorkerStartError, with nothing left open */
export async function openProject(
  read: ReadProject,
  { language, role }: OpenOptions,
): Promise<OpenProject> {
  const connection = await connectNative(
    read.temporal,
    // With the worker's own credentials, which no project sees.
    readEnvironment(read.project.folder),
  );
  try {
    const adapters = await createAdapters(read.project, read.environment, language, role);
    const close = async (): Promise<void> => {
      await adapters.close();
      await connection.close();
    };
    return { ...read, role, connection, adapters, close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

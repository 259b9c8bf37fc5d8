import { diagnose } from '../../diagnostics/diagnose.ts';
import { failure, phrase } from '../refusal.ts';
import type { ServiceContainer } from './containers.ts';
import { familiar, nameAndTagOf } from './image-name.ts';
import { folderOf } from './journal.ts';
import { removeContainer, removeImage } from './remove.ts';
import { type Found, lookAt, type Service } from './service.ts';

/** Removes the folder, and the one above it where no other service is left. */
const REMOVE_FOLDER = 'rm -rf -- "$1" && { rmdir -- "$(dirname "$1")" 2>/dev/null || :; }';
const TIMEOUT_MS = 30_000;

/** Containers, images and journal of a run before which there was nothing. Volumes stay. */
export async function forgetService(service: Service, runId: string): Promise<void> {
  const found = await lookAt(service);
  if (!isAllOf(found, runId)) return;
  const made = found.containers.filter(isOurs);
  await Promise.all(made.map((each) => removeContainer(service, each)));
  await Promise.all(imagesOf(service, found).map((each) => removeImage(service, each)));
  const { host } = service.engine;
  const folder = folderOf(host, service.service);
  const { exitCode, stderr } = await host.exec(['sh', '-c', REMOVE_FOLDER, 'sh', folder], {
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode === 0) return;
  const named = { server: host.name, folder, said: phrase(stderr) };
  throw failure(host.name, diagnose('UNAVAILABLE', 'dockerNotRemoved', named));
}

/** Nothing runs, and nobody else has made or started anything. */
function isAllOf({ containers, starts }: Found, runId: string): boolean {
  const made = containers.filter(isOurs);
  if (containers.some(({ running }) => running)) return false;
  return made.every(({ run }) => run === runId) && starts.every(({ run }) => run === runId);
}

/** Not one that a person or another tool has made. */
function isOurs({ restart }: ServiceContainer): boolean {
  return restart !== null;
}

function imagesOf({ repository }: Service, { images }: Found): readonly string[] {
  const name = familiar(repository);
  return images
    .flatMap(({ RepoDigests }) => RepoDigests ?? [])
    .filter((each) => nameAndTagOf(each).name === name);
}

/** Taking containers and images away; each stays where something else uses it. */
import type { ServiceContainer } from './containers.ts';
import { hasStatus } from './engine-errors.ts';
import type { Service } from './service.ts';

export async function removeContainer(
  { engine }: Service,
  { id, name }: ServiceContainer,
): Promise<void> {
  await unlessUsed(() =>
    engine.ask(
      { zh: `删除 ${name}`, en: `remove ${name}` },
      (docker, abortSignal) => docker.getContainer(id).remove({ abortSignal }),
      { expect: [404, 409] },
    ),
  );
}

/** @returns false where it stays, for a container is of it, or is gone already */
export function removeImage({ engine }: Service, reference: string): Promise<boolean> {
  return unlessUsed(() =>
    engine.ask(
      { zh: `删除 ${reference}`, en: `remove ${reference}` },
      (docker, abortSignal) => docker.getImage(reference).remove({ abortSignal }),
      { expect: [404, 409] },
    ),
  );
}

async function unlessUsed(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (hasStatus(error, 404, 409)) return false;
    throw error;
  }
}

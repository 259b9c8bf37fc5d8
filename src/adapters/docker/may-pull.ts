import type { RegistryLogin } from '../../ports/registry.ts';
import { hasStatus } from './engine-errors.ts';
import { pullError } from './pull.ts';
import type { Service } from './service.ts';

/** Whether the tag is there does not matter: the registry says so only to somebody who may read. */
const ANY_TAG = 'latest';

/** The engine asks the registry as it would before a pull, and fetches nothing. */
export async function mayPull(
  { engine, repository }: Service,
  login: (() => Promise<RegistryLogin>) | undefined,
): Promise<void> {
  const reference = `${repository}:${ANY_TAG}`;
  const serveraddress = repository.split('/')[0] ?? '';
  const auth = (await login?.()) ?? null;
  const authconfig = auth === null ? undefined : { ...auth, serveraddress };
  try {
    await engine.ask(
      { zh: `向镜像仓库询问 ${reference}`, en: `ask the registry for ${reference}` },
      (docker, abortSignal) =>
        docker
          .getImage(reference)
          .distribution({ abortSignal, ...(authconfig !== undefined && { authconfig }) }),
      { raw: true },
    );
  } catch (error) {
    const refusal = pullError(engine.host.name, reference, error);
    if (hasStatus(error, 404) || refusal.message.startsWith('IMAGE_MISSING')) return;
    throw refusal;
  }
}

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { RegistryLogin } from '../../ports/registry.ts';
import { phrase, refusal } from '../refusal.ts';
import { failureOf, hasStatus } from './engine-errors.ts';
import { pullError } from './pull.ts';
import type { Service } from './service.ts';

/** Whether the tag is there does not matter: the registry says so only to somebody who may read. */
const ANY_TAG = 'latest';
/** What a registry that took the login says of a repository that is not there, or not for this user. */
const NOT_SHOWN =
  /repository does not exist|requested access to the resource is denied|insufficient[_ ]scope/iu;

/**
 * The engine asks the registry as it would before a pull, and fetches nothing.
 * @throws PortError `not-found` where the login is taken and the repository is not shown
 */
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
    const denied = pullError(engine.host.name, reference, error);
    if (hasStatus(error, 404) || denied.message.startsWith('IMAGE_MISSING')) return;
    const said = failureOf(error).message;
    if (auth === null || !NOT_SHOWN.test(said)) throw denied;
    const named = { server: engine.host.name, image: repository, said: phrase(said) };
    const diagnostic = diagnose('REGISTRY_DENIED', 'serverNoRepository', named);
    throw refusal('not-found', engine.host.name, diagnostic, { cause: error });
  }
}

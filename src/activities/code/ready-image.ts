/** Images that are not built here: what the registry holds, looked at and pinned by its digest. */
import { useImage } from '../../actions/code/ready-image.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RegistryImage } from '../../ports/registry.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { problem } from '../failures.ts';
import { implement, type OutcomeOf, type WorkOf } from '../implement.ts';
import { type Look, lookAtAge, lookAtCommit, lookAtPlatform } from './image-looks.ts';
import { readReference } from './image-reference.ts';
import { lookAtSignature, type SignaturePorts } from './image-signature.ts';

type ReadyImagePorts = SignaturePorts & Pick<Ports, 'hosts' | 'registry' | 'runtime'>;
type UseWork = WorkOf<typeof useImage>;
type UseOutcome = OutcomeOf<typeof useImage>;

/** Servers that are asked for their platform at once. */
const ASKED_AT_ONCE = 16;

export function createReadyImageActivities(
  ports: ReadyImagePorts,
): Pick<ActionActivities, 'image.use'> {
  return implement(useImage, (work, image) =>
    withHeartbeat((progress) => use(ports, work, image, progress)),
  );
}

/** image.use: the digest that the tag has now; moving the tag afterwards changes nothing. */
async function use(
  ports: ReadyImagePorts,
  work: UseWork,
  settings: ImageSettings,
  progress: Progress,
): Promise<UseOutcome> {
  const { repository } = settings;
  const { hosts } = ports.registry;
  const text = work.settings.image.replaceAll('${version}', work.run.version);
  const { tag, reference } = readReference(work.run, text, { repository, hosts });
  const servers = await platformsOf(ports, work, progress);
  const images = await imagesFor(ports, work, repository, reference, servers);
  const [image] = images;
  if (image === undefined) throw missing(work, `${hosts[0]}/${repository}`, reference);
  const { digest } = image;
  const age = lookAtAge(work.run, images, Date.now());
  const commit = lookAtCommit(work.run, work.source, images);
  const platform = lookAtPlatform(work.run, image, servers);
  const signature = await lookAtSignature(ports, work, settings, image, hosts[0] ?? '', progress);
  const looks: readonly Look<unknown>[] = [age, commit, platform, signature];
  const found = `${repository}${tag === null ? '' : `:${tag}`} = ${digest}`;
  return {
    facts: {
      'image.tag': tag === null ? null : { value: tag },
      'image.age': age.reading,
      'image.commit_matches': commit.reading,
      'image.platform_fits': platform.reading,
      'image.signature_valid': signature.reading,
    },
    evidence: [found, ...looks.map(({ line }) => line)],
    image: { reference: `${repository}@${digest}`, tag: tag ?? '', digest },
  };
}

/** The image as each of the servers' platforms gets it, all under one digest; empty: there is none. */
async function imagesFor(
  { registry }: ReadyImagePorts,
  { run }: UseWork,
  repository: string,
  reference: string,
  servers: ReadonlyMap<string, string>,
): Promise<readonly RegistryImage[]> {
  const [first, ...others] = new Set(servers.values());
  const image = await registry.resolve(repository, reference, first);
  if (image === null) return [];
  const { digest } = image;
  const rest = others.map(async (platform) => {
    const found = await registry.resolve(repository, digest, platform);
    if (found === null) throw missing({ run }, repository, digest);
    return found;
  });
  return [image, ...(await Promise.all(rest))];
}

/** Server → platform, of those that answer and have one: who does not answer fails where it is needed. */
async function platformsOf(
  { hosts, runtime }: ReadyImagePorts,
  { run, servers }: UseWork,
  { signal }: Progress,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < servers.length; from += ASKED_AT_ONCE) {
    const some = servers.slice(from, from + ASKED_AT_ONCE);
    const asked = await Promise.allSettled(
      some.map((name) => runtime.examine(name, run.service, hosts.get(name).servicePort)),
    );
    signal.throwIfAborted();
    for (const [index, answer] of asked.entries()) {
      const platform = answer.status === 'fulfilled' ? answer.value.platform : null;
      const name = some[index];
      if (platform !== null && name !== undefined) found.set(name, platform);
    }
  }
  return found;
}

function missing({ run }: Pick<UseWork, 'run'>, repository: string, reference: string): Error {
  const name = `${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  return problem({
    code: 'IMAGE_MISSING',
    message: say(run, `镜像仓库中没有 ${name}。`, `The registry holds no ${name}.`),
    remedy: say(
      run,
      '请等 CI 推送它，或检查标签与 image.repository。',
      'Let CI push it first, or check the tag and image.repository.',
    ),
  });
}

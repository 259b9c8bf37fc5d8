/** An image of the registry, looked at for the servers of a run. */
import type { ImageSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RegistryImage } from '../../ports/registry.ts';
import type { Progress } from '../context.ts';
import { type Look, lookAtAge, lookAtPlatform } from './image-looks.ts';
import { lookAtSignature, type SignaturePorts } from './image-signature.ts';
import type { CheckoutWork } from './project-commands.ts';

export type ExaminationPorts = SignaturePorts & Pick<Ports, 'hosts' | 'registry' | 'runtime'>;

export interface ExaminationWork extends CheckoutWork {
  readonly servers: readonly string[];
}

export interface Examination {
  readonly digest: string;
  /** As each of the servers' platforms gets it, all under one digest. */
  readonly images: readonly RegistryImage[];
  readonly age: Look<number>;
  readonly platform: Look<boolean>;
  readonly signature: Look<boolean>;
}

/** Servers that are asked for their platform at once. */
const ASKED_AT_ONCE = 16;

/** @returns null: the registry has no such image */
export async function examineImage(
  ports: ExaminationPorts,
  work: ExaminationWork,
  settings: ImageSettings,
  reference: string,
  progress: Progress,
): Promise<Examination | null> {
  const { run } = work;
  const servers = await platformsOf(ports, work, progress);
  const images = await imagesFor(ports, settings, reference, servers);
  const [image] = images;
  if (image === undefined) return null;
  return {
    digest: image.digest,
    images,
    age: lookAtAge(run, images, Date.now()),
    platform: lookAtPlatform(run, image, servers),
    signature: await lookAtSignature(ports, work, settings, image, progress),
  };
}

/** The whole name of an image, for messages. */
export function imageName(
  { registry }: ExaminationPorts,
  { repository }: ImageSettings,
  reference: string,
): string {
  const separator = reference.startsWith('sha256:') ? '@' : ':';
  return `${registry.hosts[0]}/${repository}${separator}${reference}`;
}

async function imagesFor(
  { registry }: ExaminationPorts,
  { repository }: ImageSettings,
  reference: string,
  servers: ReadonlyMap<string, string>,
): Promise<readonly RegistryImage[]> {
  const [first, ...others] = new Set(servers.values());
  const image = await registry.resolve(repository, reference, first);
  if (image === null) return [];
  const rest = others.map(async (platform) => {
    const found = await registry.resolve(repository, image.digest, platform);
    return found ?? image;
  });
  return [image, ...(await Promise.all(rest))];
}

/** Server → platform, of those that answer and have one: who does not answer fails where it is needed. */
async function platformsOf(
  { hosts, runtime }: ExaminationPorts,
  { run, servers }: ExaminationWork,
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

/** Which containers of a server belong to a service, and what each of them is to it. */
import type { ContainerInfo, ImageInfo } from 'dockerode';
import { digestIn, nameAndTagOf } from './image-name.ts';
import { isFailedName, isKeptName, LABEL } from './names.ts';

/** What is read of each image and container that an engine lists. */
export type ListedImage = Pick<ImageInfo, 'Id' | 'RepoDigests'>;
export type ListedContainer = Pick<
  ContainerInfo,
  'Id' | 'Names' | 'Image' | 'ImageID' | 'State' | 'Created' | 'Labels'
>;

export interface ServiceContainer {
  readonly id: string;
  readonly name: string;
  /** Running, or about to be: it holds the port. */
  readonly running: boolean;
  /** serving: under the service's own name; kept: what served before; failed: never started again. */
  readonly role: 'serving' | 'kept' | 'failed';
  readonly digest: string;
  readonly version: string;
  /** The run that created it; empty where somebody else did. */
  readonly run: string;
  /** The restart policy that it should have; null: not made by Runsheet. */
  readonly restart: string | null;
  readonly createdSeconds: number;
}

const RUNNING = new Set(['running', 'restarting', 'paused']);

/**
 * Those with the service's label, and those under its name that somebody made by hand or with another
 * tool: the first deployment takes them over as the release that ran before.
 */
export function containersOf(
  listed: readonly ListedContainer[],
  images: readonly ListedImage[],
  service: string,
  name: string,
): readonly ServiceContainer[] {
  return listed.flatMap((each) => {
    const owner = each.Labels[LABEL.service];
    const own = (each.Names[0] ?? '').replace(/^\//u, '');
    const isAdopted = owner === undefined && (own === name || isKeptName(own, name));
    if (owner !== service && !isAdopted) return [];
    return [describe(each, own, roleOf(own, name), images)];
  });
}

function roleOf(own: string, name: string): ServiceContainer['role'] {
  if (own === name) return 'serving';
  return isFailedName(own, name) ? 'failed' : 'kept';
}

function describe(
  listed: ListedContainer,
  name: string,
  role: ServiceContainer['role'],
  images: readonly ListedImage[],
): ServiceContainer {
  const labels: Readonly<Record<string, string | undefined>> = listed.Labels;
  return {
    id: listed.Id,
    name,
    running: RUNNING.has(listed.State),
    role,
    digest: labels[LABEL.digest] ?? adoptedDigest(listed, images),
    version: labels[LABEL.version] ?? nameAndTagOf(listed.Image).tag ?? 'unknown',
    run: labels[LABEL.run] ?? '',
    restart: labels[LABEL.restart] ?? null,
    createdSeconds: listed.Created,
  };
}

/** The registry's digest of its image; one that was never pushed has only the engine's own. */
function adoptedDigest(listed: ListedContainer, images: readonly ListedImage[]): string {
  const digests = images.find(({ Id }) => Id === listed.ImageID)?.RepoDigests ?? [];
  const { name } = nameAndTagOf(listed.Image);
  const own = digests.find((each) => nameAndTagOf(each).name === name) ?? digests[0];
  return digestIn(listed.Image) ?? digestIn(own ?? '') ?? listed.ImageID;
}

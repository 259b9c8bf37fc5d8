/** One service on one server: its engine, its names, and what is there now. */
import type { ContainerInfo, ImageInfo } from 'dockerode';
import { assertReadable } from '../shell/schema.ts';
import { containersOf, type ServiceContainer } from './containers.ts';
import type { Engine } from './engine.ts';
import { type AdoptedEntry, type JournalEntry, readJournal, type StartEntry } from './journal.ts';
import { LABEL } from './names.ts';

export interface Service {
  readonly engine: Engine;
  readonly service: string;
  /** Of the container that serves. */
  readonly name: string;
  /** `host/repository` by which servers pull. */
  readonly repository: string;
}

export interface Found {
  /** Every container of the server, of which some are the service's. */
  readonly listed: readonly ContainerInfo[];
  readonly containers: readonly ServiceContainer[];
  readonly images: readonly ImageInfo[];
  readonly journal: readonly JournalEntry[];
  /** Of the journal: each start once. */
  readonly starts: readonly StartEntry[];
  readonly adopted: readonly AdoptedEntry[];
}

/**
 * Everything at once: a server is asked in parallel, over one connection.
 * @throws PortError NEWER_RUNSHEET where a container or the journal was written by a later one
 */
export async function lookAt({ engine, service, name }: Service): Promise<Found> {
  const [listed, images, journal] = await Promise.all([
    engine.ask({ zh: '列出容器', en: 'list its containers' }, (docker, abortSignal) =>
      docker.listContainers({ all: true, abortSignal }),
    ),
    engine.ask({ zh: '列出镜像', en: 'list its images' }, (docker, abortSignal) =>
      docker.listImages({ abortSignal }),
    ),
    readJournal(engine.host, service),
  ]);
  for (const { Labels, Names } of listed.filter((each) => each.Labels[LABEL.service] === service))
    assertReadable(engine.host.name, `the container ${Names[0] ?? ''}`, Labels[LABEL.schema]);
  return {
    containers: containersOf(listed, images, service, name),
    listed,
    images,
    journal,
    starts: onceEach(journal.filter(isStart)),
    adopted: journal.filter(isAdopted),
  };
}

/** Two attempts at the same time may both have written the start down. */
function onceEach(starts: readonly StartEntry[]): readonly StartEntry[] {
  const seen = new Set<string>();
  return starts.filter(({ id, startedAt }) => {
    const key = `${id} ${startedAt}`;
    return seen.size < seen.add(key).size;
  });
}

function isStart(entry: JournalEntry): entry is StartEntry {
  return entry.kind === 'start';
}

function isAdopted(entry: JournalEntry): entry is AdoptedEntry {
  return entry.kind === 'adopted';
}

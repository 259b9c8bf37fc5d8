/** What every operation on a server begins with: its ports, its server, its settings, its words. */
import type { Reading } from '../../actions/define.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { PoolNotes } from './pool-notes.ts';

/** The part of the world that the operations on servers need. */
export interface ServerPorts
  extends Pick<
    Ports,
    'hosts' | 'runtime' | 'balancer' | 'http' | 'artifacts' | 'secrets' | 'seal' | 'records'
  > {
  /** Templates of configuration files are read from the pinned source: no checkout has to be there. */
  readonly source: Pick<Ports['source'], 'read' | 'resolve'>;
  /** The project's settings as runsheet.yaml has them now. @throws ApplicationFailure BAD_PROJECT_FILE */
  readonly currentSettings: (
    run: Pick<RunRef, 'environment' | 'language'>,
  ) => Promise<ProjectSettings>;
  /** Shared by all activities of a worker. */
  readonly notes: PoolNotes;
}

/** The same as they come: without notes, the activities begin their own. */
export type Unnoted<P extends ServerPorts = ServerPorts> = Omit<P, 'notes'> &
  Partial<Pick<P, 'notes'>>;

/** What is done for a run. */
export interface OfRun {
  readonly run: RunRef;
}

/** What is done on one of its servers. */
export interface OnServer extends OfRun {
  readonly server: string;
}

/** Characters of a fact's detail: histories stay small. */
const LONGEST_DETAIL = 300;

/** A measured value with its line of evidence. */
export function reading<Value>(value: Value, detail: string, samples?: number): Reading<Value> {
  return {
    value,
    detail: detail.slice(0, LONGEST_DETAIL),
    ...(samples !== undefined && { samples }),
  };
}

/** The first characters of a digest, enough to tell releases apart in a line. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** A duration for people, for example `1.4s`. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)}s`;
}

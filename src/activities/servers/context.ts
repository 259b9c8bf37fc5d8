/** What every operation on a server begins with: its ports, its server, its settings, its words. */
import { ApplicationFailure } from '@temporalio/common';
import type { ActionInput, Fact, RunRef } from '../../plan/run.ts';
import type { ProjectSettings, SettingsSection } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { PoolNotes } from './pool-notes.ts';

/** The part of the world that the operations on servers need. */
export interface ServerPorts
  extends Pick<Ports, 'hosts' | 'runtime' | 'balancer' | 'http' | 'artifacts' | 'secrets'> {
  /**
   * Makes sure that the run's checkout is on this worker and gives its folder; a worker that took
   * the run over may lack it. Absent: the checkout must already be at `<run's folder>/source`.
   */
  readonly ensureCheckout?: (input: ActionInput) => Promise<string>;
  /** Shared by all activities of a worker. */
  readonly notes: PoolNotes;
}

/** The same as they come: without notes, the activities begin their own. */
export type Unnoted<P extends ServerPorts = ServerPorts> = Omit<P, 'notes'> &
  Partial<Pick<P, 'notes'>>;

/** Inputs of actions, compensations and the like: all carry the run and some settings. */
export interface Scoped {
  readonly run: RunRef;
  readonly server?: string;
  readonly project: Partial<ProjectSettings>;
}

/** The server that this activity is about. @throws ApplicationFailure where the input names none. */
export function serverOf(input: Scoped): string {
  if (input.server !== undefined) return input.server;
  throw fail('BAD_INPUT', 'the activity input names no server; schedule it once for each server');
}

/** A section of the pinned settings. @throws ApplicationFailure where the input lacks it. */
export function section<S extends SettingsSection>(input: Scoped, name: S): ProjectSettings[S] {
  const settings: Partial<ProjectSettings>[S] = input.project[name];
  if (settings !== undefined) return settings;
  throw fail(
    'BAD_INPUT',
    `the activity input lacks the settings "${name}"; list it in the action's uses`,
  );
}

/** Picks the sentence in the run's language. */
export function say({ run }: Pick<Scoped, 'run'>, zh: string, en: string): string {
  return run.language === 'zh' ? zh : en;
}

/** A failure that trying again does not mend. */
export function fail(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** Characters of a fact's detail: histories stay small. */
const LONGEST_DETAIL = 300;

/** A fact with its line of evidence. */
export function fact(id: Fact['id'], value: Fact['value'], detail: string, samples?: number): Fact {
  return {
    id,
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

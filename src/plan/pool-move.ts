/** A server that a person takes out of its pool, or puts back, outside of a run. */
import type { RunRef, WorkSeal } from './run.ts';
import type { ProjectSettings } from './settings.ts';

export interface MovePoolInput {
  readonly service: string;
  readonly environment: string;
  readonly server: string;
  readonly to: 'in' | 'out';
  readonly by: string;
  readonly reason: string;
  readonly language: 'zh' | 'en';
}

/** What a worker has judged and signed, for the one workflow that asked for it. */
export interface PermittedMove {
  /** That workflow: it is no run. */
  readonly run: RunRef;
  readonly seal: WorkSeal;
  readonly settings: {
    readonly server: string;
    readonly to: 'in' | 'out';
    /** Name and role. */
    readonly who: string;
    readonly reason: string;
  };
  readonly project: Pick<ProjectSettings, 'balancer'>;
}

export interface MovedServer {
  readonly server: string;
  readonly to: 'in' | 'out';
  /** false: it was so already. */
  readonly changed: boolean;
  /** Who has judged it may, for people. */
  readonly who: string;
}

/** The last move of a server, as it is kept. */
export interface KeptMove {
  readonly to: 'in' | 'out';
  readonly who: string;
  readonly reason: string;
  readonly atMs: number;
}

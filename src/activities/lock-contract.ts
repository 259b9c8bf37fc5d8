/** What is asked of a lock, and what is answered. */

/** An execution of a workflow, as the server names it. */
export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** A lock as one claimant finds it. */
export interface LockLook {
  /** Whether nobody has a right to it that goes before the claimant's, beside those `ahead`. */
  readonly isFree: boolean;
  /** Whether its latest execution is open: who waits can tell it so. */
  readonly isOpen: boolean;
  /** The run id of its latest execution; null: there is none. */
  readonly execution: string | null;
  /** The run that holds it, or that has lost it and goes on; null: none, or free. */
  readonly holder: string | null;
  readonly heldSinceMs: number | null;
  /** The runs that wait for it, in the order of their arrival. */
  readonly waiting: readonly Execution[];
  /** How many of them came before the claimant and still wait. */
  readonly ahead: number;
  /** Who has ended its latest execution, and why; null: its holder has. */
  readonly cut: string | null;
  /** A run that held it has ended without releasing it: what it had begun may just be ending. */
  readonly isUnquiet: boolean;
  /** That run, where it has ended: only a repair begins then. Absent: there is none. */
  readonly leftBy?: string;
  /** Who has broken the lock that the claimant held, or else the one before, and why; absent: nobody. */
  readonly broken?: string;
}

export interface LookAtLockInput {
  readonly lockId: string;
  /** The execution that the claimant held and has lost. */
  readonly lost?: string;
}

export interface BreakLockInput {
  readonly service: string;
  readonly environment: string;
  readonly by: string;
  readonly reason: string;
  readonly language: 'zh' | 'en';
}

export interface BrokenLock {
  /** The run that held it; null: it was started by hand. */
  readonly holder: string | null;
  /** Who has broken it, and why. */
  readonly text: string;
}

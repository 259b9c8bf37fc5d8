/** What may be typed after `npm run test:faults --`. */
import { parseArgs } from 'node:util';
import { type FaultCase, SIGNALS, type Wanted, wantedOf } from './cases.ts';

export const HELP = `npm run test:faults -- [--stacks N] [--workers N] [--fresh] [--list] [--json]
npm run test:faults -- [--fault STEP:KIND]... [--rollback ACTIVITY] [--signal NAME] [--sample N]
                           [--environment NAME] [--stacks N] [--workers N] [--list] [--json]

Disturbs each activity of a run of the reference run sheet: its worker is killed (SIGKILL) before, during
or after it, its answer is lost, it shows no sign of life, it fails twice or for good. Measures how long it
takes until that activity is begun again, and checks from outside how the run ended, that all servers run
what they should, once, in the pool, with nothing left over, that no lock is held, and that there is one
record and one message.

Without any choice of cases: the whole matrix on three servers, the rollback and frozen workers included
(several hundred runs, an hour or more). Each result is kept in .faults at once, so that the same commit
goes on where it was stopped; at its end docs/faults.md and docs/zh/faults.md are written.

  --fault STEP:KIND      only these, for example 7:during, 9 (all of step 9), :after; may be repeated
                         kinds: before, during, after, lost, hangs, fails-twice, fails
  --rollback ACTIVITY    each run fails for good at this activity, and what it does then is disturbed
  --stacks N             so many environments side by side, each with a part of the cases (default 1)
  --workers N            workers on the queue: one that stays takes over (default 2); 1: only the one that
                         is started again
  --environment NAME     development (one server, no approval), staging or production (default production)
  --signal SIGTERM       tells the worker to end in the middle, instead of killing it
  --signal SIGSTOP       freezes it until the run has ended, and thaws it: from then on nothing may change
                         on servers and in the pool
  --sample N             at most N of each step, spread evenly (default: all)
  --fresh                forget what was tried of this commit, and begin the matrix anew
  --list                 print the cases and disturb nothing
  --json                 one line of JSON a case, and one of the times of all

Exit code: 0 where all ended right, 1 where one did not, 2 for a wrong option.

  npm run test:faults -- --stacks 2
  npm run test:faults -- --fault 7:during --environment development
  npm run test:faults -- --rollback traffic.verify --sample 5
`;

const ENVIRONMENTS = ['development', 'staging', 'production'];

export interface Settings {
  readonly wanted: readonly Wanted[];
  readonly rollback: string | undefined;
  readonly stacks: number;
  readonly workers: number;
  readonly sample: number;
  readonly signal: FaultCase['signal'];
  readonly environment: string;
  /** Nothing was chosen: all there is, with a journal and a page. */
  readonly isWhole: boolean;
  readonly fresh: boolean;
  readonly list: boolean;
  readonly json: boolean;
}

/** @returns null: help was asked for. @throws with what to write instead */
export function settingsOf(argv: readonly string[]): Settings | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      fault: { type: 'string', multiple: true },
      rollback: { type: 'string' },
      stacks: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      environment: { type: 'string' },
      signal: { type: 'string' },
      sample: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { rollback, environment = 'production', fresh, list, json } = values;
  if (!ENVIRONMENTS.includes(environment))
    throw new Error(`--environment ${environment}: write one of ${ENVIRONMENTS.join(', ')}`);
  const signal = SIGNALS.find((each) => each === (values.signal ?? 'SIGKILL'));
  if (signal === undefined)
    throw new Error(`--signal ${values.signal}: write one of ${SIGNALS.join(', ')}`);
  const chosen = [values.fault, rollback, values.environment, values.signal, values.sample];
  const isWhole = chosen.every((each) => each === undefined);
  if (fresh && !isWhole) throw new Error('--fresh: goes with the whole matrix only');
  return {
    wanted: (values.fault ?? []).map(wantedOf),
    rollback,
    stacks: countOf('--stacks', values.stacks, 8),
    workers: countOf('--workers', values.workers, 8),
    sample: countOf('--sample', values.sample ?? '100000', 100_000),
    signal,
    environment,
    isWhole,
    fresh,
    list,
    json,
  };
}

function countOf(option: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Error(`${option} ${text}: write a whole number from 1 to ${most}`);
}

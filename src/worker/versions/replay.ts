/** Replays histories against this installation's workflow code, and says where one departs from it. */
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowCode } from './bundle.ts';
import type { RunHistory } from './histories.ts';

type History = proto.temporal.api.history.v1.History;
const { History } = proto.temporal.api.history.v1;

export interface Replayed {
  readonly workflowId: string;
  readonly events: number;
  /** null: the code does what the history says. */
  readonly problem: ReplayProblem | null;
}

export interface ReplayProblem {
  /** `nondeterminism`: the code does something else; `failure`: it cannot be replayed at all. */
  readonly kind: 'nondeterminism' | 'failure';
  /** Of the event at which they part. */
  readonly eventId: number;
  /** Temporal's own words, one line. */
  readonly message: string;
}

/**
 * One history after the other; each is fetched when its turn comes, and let go of.
 * @param histories an error of theirs ends the replay with that error
 */
export async function* replay(
  { code }: WorkflowCode,
  histories: AsyncIterable<RunHistory>,
): AsyncGenerator<Replayed, void> {
  quiet();
  let last = History.create();
  const noted = async function* (): AsyncGenerator<RunHistory, void> {
    for await (const each of histories) {
      last = each.history;
      yield each;
    }
  };
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, noted());
  for await (const { workflowId, error } of results) {
    yield { workflowId, events: last.events.length, problem: await problemOf(code, last, error) };
  }
}

async function problemOf(
  code: string,
  { events }: History,
  error: Error | undefined,
): Promise<ReplayProblem | null> {
  if (error === undefined) return null;
  const kind = error.name === 'DeterminismViolationError' ? 'nondeterminism' : 'failure';
  return { kind, eventId: await departure(code, events), message: wordsOf(error.message) };
}

/** The id of the last event of the shortest beginning that does not replay: there they part. */
async function departure(code: string, events: History['events']): Promise<number> {
  let good = 0;
  let bad = events.length;
  const middle = (): number => Math.ceil((good + bad) / 2);
  const beginnings = function* (): Generator<RunHistory, void> {
    while (bad - good > 1)
      yield {
        workflowId: 'beginning',
        history: History.create({ events: events.slice(0, middle()) }),
      };
  };
  for await (const { error } of Worker.runReplayHistories(
    { workflowBundle: { code } },
    beginnings(),
  )) {
    if (error === undefined) good = middle();
    else bad = middle();
  }
  return Number(events[bad - 1]?.eventId ?? bad);
}

/** Temporal's sentence, out of what the library wraps around it. */
function wordsOf(text: string): string {
  const said = /message: "((?:[^"\\]|\\.)+)"/u.exec(text)?.[1];
  return (said ?? text.split('Details: ').at(-1) ?? text).replace(/\s+/gu, ' ').trim();
}

/** What a replay complains of is in its result. */
function quiet(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
    });
  } catch {
    // The process has one already.
  }
}

/** What a failure means for the servers of a run as it stands. */
import { type Failure, type FailureMeaning, meaningOfFailure } from '../../plan/failure/meaning.ts';
import { type FleetParts, hasPool } from '../run.ts';

export function meaningFor(run: FleetParts, failure: Failure): FailureMeaning {
  return meaningOfFailure(run.plan, failure, {
    servers: run.resolved.servers,
    excluded: run.excluded,
    scope: run.scope,
    changes: run.saga.changes(),
    shared: run.saga
      .shared()
      .map((each) => ({ undo: each.compensation, between: run.saga.between(each) })),
    isServing: (server) => hasPool(run) && run.availability.stateOf(server) === 'in',
  });
}

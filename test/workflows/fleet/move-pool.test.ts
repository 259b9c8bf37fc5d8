/** `pool out`, asked of a worker: what was permitted is what is done, sealed; a refusal keeps its name. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionPolicy } from '../../../src/activities/local/index.ts';
import { permitMove } from '../../../src/activities/sealing/permit-move.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import type { MovePoolInput, PermittedMove } from '../../../src/plan/pool-move.ts';
import { SETTINGS } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const POLICY: DecisionPolicy = {
  roles: { ops: { names: ['运维'] } },
  people: { alice: { name: 'Alice', roles: ['ops'] } },
  allowSelfApproval: false,
};
const INPUT: MovePoolInput = {
  service: 'hello',
  environment: 'production',
  server: 'app-server-1',
  to: 'out',
  by: 'alice',
  reason: 'a new disk',
  language: 'en',
};

let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
}, 60_000);
afterAll(() => harness?.close());

function movingWorld(change: (permitted: PermittedMove) => PermittedMove) {
  const world = stubWorld();
  Object.assign(world.activities, {
    permitMove: async (input: MovePoolInput) => {
      const { workflowExecution: execution } = Context.current().info;
      const asked = { workflowId: '', runId: '', ...execution };
      const { balancer } = SETTINGS;
      return change(
        await permitMove({ seal: createFakeSeal(), policy: POLICY, balancer }, input, asked),
      );
    },
  });
  return world;
}

/** Type of the failure that it ends with. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof ApplicationFailure ? cause.type : error;
}

describe('a server that a person moves', { timeout: 60_000 }, () => {
  it('is moved as it was permitted', async () => {
    await harness.with(
      movingWorld((each) => each),
      async (start) => {
        const { handle } = await start({}, { type: 'movePool', args: [INPUT] });
        expect(await handle.result()).toEqual({
          server: 'app-server-1',
          to: 'out',
          changed: true,
          who: 'Alice (ops)',
        });
      },
    );
  });

  it('is not where somebody may not, or was permitted something else', async () => {
    const other = movingWorld((each) => ({
      ...each,
      settings: { ...each.settings, server: 'app-server-2' },
    }));
    await harness.with(other, async (start) => {
      const stranger = { ...INPUT, by: 'mallory' };
      const refused = await start({}, { type: 'movePool', args: [stranger] });
      expect(await refusal(refused.handle.result())).toBe('NOT_AN_APPROVER');
      const forged = await start({}, { type: 'movePool', args: [INPUT] });
      expect(await refusal(forged.handle.result())).toBe('FORGED_INPUT');
    });
  });
});

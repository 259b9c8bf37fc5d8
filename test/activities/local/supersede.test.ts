/** Who may take the place of a run that waits: what a worker has signed, for one open, younger run of its place. */
import { describe, expect, it } from 'vitest';
import { judgeSuccessor, supersedeRuns } from '../../../src/activities/local/supersede.ts';
import type { DescribedWorkflow, TemporalAccess } from '../../../src/activities/local/temporal.ts';
import { sealRun } from '../../../src/activities/sealing/seal-run.ts';
import type { Successor } from '../../../src/activities/supersede-contract.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { refOf, sealFor } from '../../../src/plan/sealed-work.ts';
import { resolvedRun } from '../../support/resolved-run.ts';

const seal = createFakeSeal();
const OWN = { workflowId: 'older', runId: 'run-1' };
const NEWER = { workflowId: 'newer', runId: 'run-2' };
const QUEUE = 'hello';
const run = refOf({ workflowId: 'older', requestId: 'r1' }, resolvedRun({}, { language: 'en' }));

async function successor(
  parameters: Parameters<typeof resolvedRun>[0] = {},
  { names = NEWER, supersede = true, service = 'hello' } = {},
): Promise<Successor> {
  const about = { requestId: 'r2' };
  const resolved = {
    ...resolvedRun(parameters, { service }),
    ...(supersede && { supersede: true as const }),
  };
  const proof = await sealRun(seal, resolved, { ...names, ...about });
  const told = refOf({ workflowId: names.workflowId, ...about }, resolved);
  return { run: told, seal: sealFor(proof, 'supersedeRuns') };
}

const OPEN = { running: true, wasCut: false, type: 't', taskQueue: QUEUE, startedBy: null };

function access(theirs: Partial<DescribedWorkflow> | null = {}): Pick<TemporalAccess, 'describe'> {
  return {
    describe: async (id, runId = '') => {
      if (id === OWN.workflowId) return { ...OPEN, runId, startedAtMs: 1_000 };
      return theirs === null ? null : { ...OPEN, runId, startedAtMs: 2_000, ...theirs };
    },
  };
}

async function reasonFor(by: Successor, theirs?: Partial<DescribedWorkflow> | null) {
  const asked = { access: access(theirs), seal, taskQueue: QUEUE };
  const judgement = await judgeSuccessor(asked, { run, successor: by }, OWN);
  return judgement.accepted ? null : judgement.reason;
}

describe('judgeSuccessor', () => {
  it('accepts a newer run of the same place that was told to', async () => {
    expect(await reasonFor(await successor())).toBeNull();
  });

  it('refuses one that no worker has told to, and one whose words were changed', async () => {
    const unsigned = 'no worker of this project has signed it';
    expect(await reasonFor(await successor({}, { supersede: false }))).toBe(unsigned);
    const good = await successor();
    const changed = { ...good, run: { ...good.run, requestedBy: 'mallory' } };
    expect(await reasonFor(changed)).toBe(unsigned);
  });

  it('refuses one of another place, one that has ended, and one that is not newer', async () => {
    const place = 'it is for another service or environment';
    expect(await reasonFor(await successor({ environment: 'staging' }))).toBe(place);
    expect(await reasonFor(await successor({}, { service: 'other' }))).toBe(place);
    const good = await successor();
    expect(await reasonFor(good, { running: false })).toBe('it has ended');
    expect(await reasonFor(good, { taskQueue: 'other' })).toBe('it has ended');
    expect(await reasonFor(good, null)).toBe('it has ended');
    expect(await reasonFor(good, { startedAtMs: 500 })).toBe('it is not newer than this run');
    expect(await reasonFor(await successor({}, { names: OWN }))).toBe(
      'it is not newer than this run',
    );
  });
});

describe('supersedeRuns', () => {
  it('asks each that waits, and keeps why one does not make way', async () => {
    const answers: Record<string, string | null> = {
      a: null,
      b: 'NOT_REPLACEABLE: it has the lock',
    };
    const asked: TemporalAccess['supersede'] = async (id) => {
      const answer = answers[id];
      if (answer === undefined) throw new Error('no worker answers');
      return answer;
    };
    const stub: Pick<TemporalAccess, 'searchAttributes' | 'list' | 'approvalOf' | 'supersede'> = {
      searchAttributes: async () => new Map(),
      list: async () => ['a', 'b', 'c', 'older'],
      approvalOf: async () => ({ service: 'hello', environment: 'production', waits: true }),
      supersede: asked,
    };
    expect(await supersedeRuns(stub as TemporalAccess, { run }, QUEUE)).toEqual([
      { workflowId: 'a', refused: null },
      { workflowId: 'b', refused: 'NOT_REPLACEABLE: it has the lock' },
      { workflowId: 'c', refused: 'no worker answers' },
    ]);
  });
});

/** Two servers of a test in which something happens to the second while a run is under way. */
import { expect } from 'vitest';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { retrySignal } from '../../../src/workflows/messages.ts';
import { type StageRun, stepOf } from '../../e2e/support/stage-run.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';
import { type Deployed, deployed } from './deployed.ts';
import type { LabServer } from './server.ts';
import { type LabStage, startLabStage } from './stage.ts';

/** Until a server that stays away is given up, in a step and again in its rollback. */
const ATTENTION_LIMIT_SECONDS = 200;
const OLD = 'v1.1.0';
const NEW = 'v2.1.0';
/** What takes its time in step 6. */
const STOP = '停止应用服务';

let former: Promise<unknown> = Promise.resolve();

/** Deployments at the same time on two cores would measure each other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = former.then(work, work);
  former = turn;
  return turn;
}

export class Pair {
  readonly stage: LabStage;
  readonly former: Deployed;
  readonly well: LabServer;
  readonly ill: LabServer;

  private constructor(stage: LabStage, former: Deployed) {
    this.stage = stage;
    this.former = former;
    [this.well, this.ill] = [stage.server(0), stage.server(1)];
  }

  /** Each of steps 6 to 9 takes some seconds, so that something can happen in it. */
  static async use(name: string, work: (pair: Pair) => Promise<void>): Promise<void> {
    const pair = await inTurn(() => Pair.start(name));
    try {
      await work(pair);
    } finally {
      await pair.stage.close();
    }
  }

  private static async start(name: string): Promise<Pair> {
    const stage = await startLabStage({
      name,
      servers: 2,
      releases: { [OLD]: { behaviour: 'lingers 3' }, [NEW]: { behaviour: 'warms 3' } },
      health: { performance: { path: '/version', requests: 60, per_second: 20 } },
      balancer: { verify: { requests: 200, path: '/version' } },
    });
    try {
      return new Pair(stage, await deployed(stage, OLD));
    } catch (error) {
      // Its servers and its worker would be missing to all tests that follow.
      await stage.close();
      throw error;
    }
  }

  /** A run that is in the middle of a step: something is being done to the second server. */
  async deployUntil(step: number): Promise<StageRun> {
    const run = await this.stage.deploy(NEW);
    const begun = (status: RunStatus): boolean =>
      (status.steps.find(({ number }) => number === step)?.tasks ?? []).some(
        ({ server, state, text }) =>
          (server === null || server === this.ill.name) &&
          state === 'running' &&
          (step !== 6 || text.includes(STOP)),
      );
    await run.until(begun);
    return run;
  }

  /** The run cannot undo everything: it names the server, and the other one serves as before. */
  async expectWaiting(run: StageRun, step: number): Promise<RunStatus> {
    const status = await run.until(
      ({ needsAttention }) => needsAttention !== null,
      ATTENTION_LIMIT_SECONDS,
    );
    expect(status.failure?.step, status.failure?.message).toBe(step);
    expect(stepOf(status, step).state).toBe('failed');
    expect(status.needsAttention).toContain(this.ill.name);
    expect(status.needsAttention).toContain('retry');
    await expectOnly(this.stage, { ...this.former, servers: [this.well.name] });
    const { pool } = await labState(this.stage);
    const { admin, healthy } = pool[this.ill.name] ?? {};
    expect(admin === 'ready' && healthy === true, 'nobody is sent to it').toBe(false);
    return status;
  }

  /** A person says `retry`: both servers end as they were. */
  async expectReconciled(run: StageRun): Promise<void> {
    await run.handle.signal(retrySignal, { by: 'alice' });
    const { failure, status } = await run.end();
    expect(failure?.type, failure?.message).toBe('RUN_ROLLED_BACK');
    expect(status.outcome).toBe('rolled_back');
    await expectOnly(this.stage, this.former);
  }
}

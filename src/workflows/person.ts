/** Waits for a person where a compensation cannot succeed, with every server's state on display. */
import { condition } from '@temporalio/workflow';
import type { AcceptedVote, Judgement } from '../activities/contract.ts';
import type { ApprovalStep } from '../plan/plan.ts';
import { local, SERVER_SECTIONS, sectionsOf, summaryOf, system } from './activities.ts';
import type { Undecided } from './decisions.ts';
import { messageOf } from './failure.ts';
import { type Run, say } from './run.ts';
import { changed } from './status.ts';
import { approverRoles } from './steps/approval.ts';

export type Resolution = 'retry' | 'skip';

/** What could not be undone, for the person who looks. */
export interface Stuck {
  readonly server: string;
  readonly compensation: string;
  readonly message: string;
}

/** Shows what is stuck and waits, however long it takes. `rollback` means: go on, so try again. */
export async function askPerson(
  run: Run,
  step: number,
  stuck: readonly Stuck[],
): Promise<Resolution> {
  run.desk.openFor({ waitsFor: 'person', step });
  run.status.needsPerson = await describeStuck(run, step, stuck);
  run.status.outcome = 'needs_person';
  changed(run);
  const startedAtMs = Date.now();
  try {
    for (;;) {
      await condition(() => run.desk.hasUndecided);
      const resolution = await judged(run, step, run.desk.next());
      if (resolution !== null) return resolution;
    }
  } finally {
    run.desk.close();
    run.peopleMs += Date.now() - startedAtMs;
    run.status.needsPerson = null;
    run.status.outcome = 'running';
    changed(run);
  }
}

async function judged(
  run: Run,
  step: number,
  item: Undecided | undefined,
): Promise<Resolution | null> {
  if (item === undefined) return null;
  const judgement = await judge(run, step, item);
  if (!judgement.accepted) {
    run.desk.refuse(item, judgement.code, judgement.reason);
    changed(run);
    return null;
  }
  item.judgement = judgement;
  const { vote } = judgement;
  run.decisions.push(
    `${item.kind}: ${vote.name} (${vote.role}) ${item.message.comment ?? ''}`.trim(),
  );
  return item.kind === 'skip' ? 'skip' : 'retry';
}

/** The roles of the plan's approval; a template without one has no roles, so access control decides. */
async function judge(run: Run, step: number, item: Undecided): Promise<Judgement> {
  const approval = run.plan.steps.find((each): each is ApprovalStep => each.kind === 'approval');
  if (approval === undefined) {
    return { accepted: true, vote: unsigned(item), quorumReached: true, missing: '' };
  }
  const summary = summaryOf(step, null, `${item.kind} ${item.message.by}`);
  try {
    return await local.judgeDecision.executeWithOptions({ summary }, [
      {
        run: run.ref,
        step,
        approvers: approverRoles(run, approval),
        quorum: { kind: 'any' },
        accepted: [],
        decision: { ...item.message, kind: 'approve' },
        purpose: 'resolution',
      },
    ]);
  } catch (error) {
    return { accepted: false, code: 'NOT_JUDGED', reason: messageOf(error) };
  }
}

function unsigned({ message }: Undecided): AcceptedVote {
  return { person: message.by, name: message.by, role: 'unsigned' };
}

async function describeStuck(run: Run, step: number, stuck: readonly Stuck[]): Promise<string> {
  const problems = stuck.map((each) => `${each.server} ${each.compensation}: ${each.message}`);
  const servers = await Promise.all(
    run.resolved.servers.map((server) => stateOf(run, step, server)),
  );
  return say(
    run,
    `回滚无法完成：${problems.join('；')}。现状：${servers.join('；')}。` +
      '处理后发送信号 retry（再试）或 skip（已人工处理）',
    `the rollback cannot finish: ${problems.join('; ')}. Servers: ${servers.join('; ')}. ` +
      'Then send the signal retry, or skip where it was done by hand',
  );
}

/** What the server itself says, or why it says nothing. */
async function stateOf(run: Run, step: number, server: string): Promise<string> {
  const project = sectionsOf(run.resolved.settings, SERVER_SECTIONS);
  const phrase = say(run, '查看现状', 'look at what runs');
  try {
    const found = await system.probeServer.executeWithOptions(
      { summary: summaryOf(step, server, phrase), retry: { maximumAttempts: 2 } },
      [{ run: run.ref, server, project }],
    );
    const release =
      found.release === null ? '–' : `${found.release.version} ${found.release.digest}`;
    return `${server} ${release} (${found.pool})`;
  } catch (error) {
    return `${server} ? (${messageOf(error)})`;
  }
}

/** An approval step: ask, remind, judge what comes in, until a quorum, a rejection or the deadline. */
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { AcceptedVote, Decision, Judgement } from '../../activities/contract.ts';
import { variablesOf } from '../../plan/evaluate.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { quorumText, rejectedBy, requestLines, roleName } from '../decisions/approval-lines.ts';
import { announce, type Notice } from '../decisions/approval-notices.ts';
import { RECEIVED_LIMIT, type Undecided } from '../decisions/desk.ts';
import { probeServers } from '../fleet/probe.ts';
import { type Run, say, stepStatus } from '../run.ts';
import { changed, enterStep, leaveStep } from '../showing/status.ts';
import { local, summaryOf } from '../tasks/activities.ts';
import { findPending } from './condition.ts';
import { messageOf, StepFailure } from './failure.ts';

export async function runApprovalStep(run: Run, step: ApprovalStep): Promise<void> {
  if (isOptional(run, step)) {
    const pending = run.pendingApprovals ?? (await findPending(run, step.number));
    if (pending.length === 0) {
      const note = say(
        run,
        '可选审批：没有待处理的审批请求，继续',
        'optional approval: no request is pending, going on',
      );
      stepStatus(run, step.number).note = note;
      run.decisions.push(note);
      return;
    }
    const found = pending.slice(0, 5).join(', ');
    stepStatus(run, step.number).note = say(
      run,
      `待处理的审批请求：${found}`,
      `pending requests: ${found}`,
    );
  }
  run.approvedAgainst = await probeServers(run, step.number);
  await askApproval(run, step, []);
}

/** Asks for one approval and waits for it. @throws StepFailure when it is rejected or expires. */
export async function askApproval(
  run: Run,
  step: ApprovalStep,
  news: readonly string[],
): Promise<void> {
  const openedAtMs = Date.now();
  const request = new ApprovalRequest(run, step, openedAtMs);
  enterStep(run, step.number, 'waiting');
  try {
    const note = await request.wait(news);
    leaveStep(run, step.number, 'succeeded', note);
  } finally {
    run.peopleMs += Date.now() - openedAtMs;
    run.desk.close();
    changed(run);
  }
}

/** Roles that may decide: the environment's, or every listed one where it is not listed. */
export function approverRoles(run: Run, step: ApprovalStep): readonly string[] {
  const listed = step.approvers[run.ref.environment];
  return listed ?? [...new Set(Object.values(step.approvers).flat())];
}

/** 可选: a variable that the step's skip rule reads says so. */
function isOptional(run: Run, step: ApprovalStep): boolean {
  return step.skipWhen
    .flatMap((expression) => variablesOf(expression))
    .some((variable) => run.variables[variable] === 'optional');
}

/** One request from the notice to the decision. */
class ApprovalRequest {
  private readonly run: Run;
  private readonly step: ApprovalStep;
  private readonly votes: AcceptedVote[] = [];
  private expiresAtMs: number;
  private expired = false;
  /** The notice that tells how it ended; null: it has not. */
  private told: Promise<void> | null = null;

  constructor(run: Run, step: ApprovalStep, openedAtMs: number) {
    this.run = run;
    this.step = step;
    this.expiresAtMs = openedAtMs + step.timeoutSeconds * 1000;
    run.desk.openFor({ waitsFor: 'approval', step: step.number });
    run.status.approval = {
      step: step.number,
      roles: approverRoles(run, step).map((role) => roleName(run, role)),
      quorum: quorumText(run, step),
      votes: [],
      openedAtMs,
      expiresAtMs: this.expiresAtMs,
      delivered: [],
    };
    run.searchAttributes.write({ approval: 'pending' });
  }

  /** @returns who approved. */
  async wait(news: readonly string[]): Promise<string> {
    const clocks = new CancellationScope();
    const announced = this.announceAndStartClocks(news, clocks);
    try {
      if (this.run.judgesAlone) await announced;
      return await this.collect();
    } finally {
      await announced;
      this.stop(clocks);
    }
  }

  /**
   * Between a judgement and the cancelling of a timer lies an event of the server's, the answer to the
   * notice: a replay may learn of the judgement one workflow task earlier than the run did (decision 23).
   */
  private stop(clocks: CancellationScope): void {
    if (this.run.judgesAlone && this.told !== null) {
      this.run.background.push(this.told.then(() => clocks.cancel()));
    } else clocks.cancel();
  }

  private async collect(): Promise<string> {
    const { run } = this;
    for (;;) {
      await condition(() => run.desk.hasUndecided || run.desk.flooded || this.expired);
      if (run.desk.flooded) {
        throw this.end('rejected', 'TOO_LARGE', `more than ${RECEIVED_LIMIT} decisions`);
      }
      const item = run.desk.next();
      const note = item === undefined ? null : await this.judge(item);
      if (note !== null) return note;
      if (this.expired && !run.desk.hasUndecided) throw this.expiry();
    }
  }

  /** Judges one decision. @returns the note of a quorum, null while more is needed. */
  private async judge(item: Undecided): Promise<string | null> {
    const { run } = this;
    const kind = item.kind === 'reject' ? 'reject' : 'approve';
    const decision: Decision = { ...item.message, kind };
    const judgement = await this.ask(decision);
    if (!judgement.accepted) {
      run.desk.refuse(item, judgement.code, judgement.reason);
      changed(run);
      return null;
    }
    if (Date.now() >= this.expiresAtMs) {
      run.desk.refuse(item, 'TOKEN_EXPIRED', say(run, '已过期', 'the request has expired'));
      throw this.expiry();
    }
    item.judgement = judgement;
    const { vote } = judgement;
    const comment = vote.comment ?? decision.comment ?? '';
    const role = roleName(run, vote.role);
    const line = `${kind === 'approve' ? '✓' : '✗'} ${vote.name} (${role}) ${comment}`.trim();
    run.decisions.push(line);
    run.status.approval?.votes.push({ by: vote.name, role, comment });
    if (kind === 'reject') throw this.end('rejected', 'REJECTED', rejectedBy(run, vote, comment));
    this.votes.push(vote);
    if (judgement.quorumReached) return this.approved();
    stepStatus(run, this.step.number).note = judgement.missing;
    changed(run);
    return null;
  }

  /** A judge that fails refuses: nothing passes because a file could not be read. */
  private async ask(decision: Decision): Promise<Judgement> {
    const { run, step } = this;
    const summary = summaryOf(step.number, null, `${decision.kind} ${decision.by}`);
    try {
      return await local.judgeDecision.executeWithOptions({ summary }, [
        {
          run: run.ref,
          step: step.number,
          approvers: approverRoles(run, step),
          quorum: step.quorum,
          accepted: this.votes,
          decision,
          purpose: 'approval',
        },
      ]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { accepted: false, code: 'NOT_JUDGED', reason: messageOf(error) };
    }
  }

  private approved(): string {
    const names = this.votes.map((vote) => vote.name).join(', ');
    this.run.searchAttributes.write({ approval: 'approved' });
    const note = say(this.run, `批准：${names}`, `approved by ${names}`);
    this.close(note);
    return note;
  }

  private expiry(): StepFailure {
    const { run, step } = this;
    const hours = Math.round(step.timeoutSeconds / 36) / 100;
    const message = say(run, `审批在 ${hours} 小时内未完成`, `not approved within ${hours} hours`);
    return this.end('expired', 'EXPIRED', message);
  }

  private end(kind: 'rejected' | 'expired', type: string, message: string): StepFailure {
    this.run.searchAttributes.write({ approval: kind });
    this.close(message);
    return new StepFailure(this.step.number, kind, type, message);
  }

  /** The clocks start with the first delivered notice: nobody could know of it before. */
  private async announceAndStartClocks(
    news: readonly string[],
    clocks: CancellationScope,
  ): Promise<void> {
    const { run, step } = this;
    await this.announce('request', requestLines(run, step, news));
    if (run.status.approval === null) return;
    this.expiresAtMs = Date.now() + step.timeoutSeconds * 1000;
    run.status.approval.expiresAtMs = this.expiresAtMs;
    changed(run);
    void clocks.run(() => this.watchExpiry()).catch(() => undefined);
    void clocks.run(() => this.remind()).catch(() => undefined);
  }

  private async watchExpiry(): Promise<void> {
    const phrase = say(this.run, '审批超时', 'approval expires');
    await sleep(this.step.timeoutSeconds * 1000, {
      summary: summaryOf(this.step.number, null, phrase),
    });
    this.expired = true;
  }

  private async remind(): Promise<void> {
    const { run, step } = this;
    const { reminderSeconds } = run.resolved.approval;
    const delaySeconds = step.timeoutSeconds - reminderSeconds;
    if (reminderSeconds <= 0 || delaySeconds <= 0) return;
    const phrase = say(run, '提醒审批人', 'remind the approvers');
    await sleep(delaySeconds * 1000, { summary: summaryOf(step.number, null, phrase) });
    if (this.told !== null) return;
    await this.announce('reminder', requestLines(run, step, []));
  }

  /** Tells everybody who was asked how it ended; nobody waits for that. */
  private close(outcome: string): void {
    const { run } = this;
    this.told = CancellationScope.nonCancellable(() => this.announce('closed', [], outcome));
    run.background.push(this.told);
  }

  private async announce(
    kind: Notice['kind'],
    lines: readonly string[],
    outcome?: string,
  ): Promise<void> {
    const { run, step, expiresAtMs } = this;
    await announce(run, step, {
      kind,
      approverRoles: approverRoles(run, step),
      expiresAtMs,
      lines,
      ...(outcome !== undefined && { outcome }),
    });
  }
}

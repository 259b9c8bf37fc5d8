/** One approval: ask, remind, judge what comes in, until a quorum, a rejection or the deadline. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { AcceptedVote, Decision } from '../../activities/contract.ts';
import { oneLine, say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { type AskingParts, stepStatus } from '../run.ts';
import { changed, enterStep, leaveStep } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { ApprovalClocks } from './approval-clocks.ts';
import { quorumText, rejectedBy, requestLines } from './approval-lines.ts';
import { announce, type Notice } from './approval-notices.ts';
import { approvalQuestion } from './approval-question.ts';
import { approverRoles, roleName } from './approvers.ts';
import { RECEIVED_LIMIT, type Undecided } from './desk.ts';
import { judge } from './judge.ts';
import { showQuestion } from './resolving.ts';

/** Asks for one approval and waits for it. @throws StepFailure when it is rejected or expires. */
export async function askApproval(
  run: AskingParts,
  step: ApprovalStep,
  news: readonly string[],
): Promise<void> {
  // A lost lock may be asked about just now.
  await condition(() => !run.desk.isOpen);
  const openedAtMs = Date.now();
  const request = new ApprovalRequest(run, step, openedAtMs);
  enterStep(run, step.number, 'waiting');
  try {
    const note = await request.wait(news);
    leaveStep(run, step.number, 'succeeded', note);
  } finally {
    run.peopleMs += Date.now() - openedAtMs;
    run.status.questions = [];
    run.desk.close();
    changed(run);
  }
}

/** One request from the notice to the decision. */
class ApprovalRequest {
  private readonly run: AskingParts;
  private readonly step: ApprovalStep;
  private readonly votes: AcceptedVote[] = [];
  private readonly clocks: ApprovalClocks;
  private expiresAtMs: number;
  /** The notice that tells how it ended; null: it has not. */
  private told: Promise<void> | null = null;

  constructor(run: AskingParts, step: ApprovalStep, openedAtMs: number) {
    this.run = run;
    this.step = step;
    this.clocks = new ApprovalClocks(run, step);
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
    this.show(openedAtMs);
    run.searchAttributes.write({ approval: 'pending' });
  }

  private show(openedAtMs: number): void {
    showQuestion(this.run, approvalQuestion(this.run, this.step, openedAtMs, this.expiresAtMs));
  }

  /** @returns who approved. */
  async wait(news: readonly string[]): Promise<string> {
    try {
      await this.announceAndStartClocks(news);
      return await this.collect();
    } finally {
      this.clocks.stop(this.told);
    }
  }

  private async collect(): Promise<string> {
    const { run } = this;
    for (;;) {
      await condition(() => run.desk.hasUndecided || run.desk.flooded || this.clocks.expired);
      // However many decisions come, the deadline holds.
      if (this.clocks.expired) throw this.expiry();
      if (run.desk.flooded) {
        const text = say(
          run.ref,
          `收到超过 ${RECEIVED_LIMIT} 个决定`,
          `more than ${RECEIVED_LIMIT} decisions`,
        );
        throw this.end('rejected', 'TOO_LARGE', text);
      }
      const item = run.desk.next();
      const note = item === undefined ? null : await this.judge(item);
      if (note !== null) return note;
    }
  }

  /** Judges one decision. @returns the note of a quorum, null while more is needed. */
  private async judge(item: Undecided): Promise<string | null> {
    const { run, step } = this;
    const kind = item.kind === 'reject' ? 'reject' : 'approve';
    const decision: Decision = { ...item.message, kind };
    const judgement = await judge(
      run,
      {
        step: step.number,
        approvers: approverRoles(run, step),
        quorum: step.quorum,
        accepted: this.votes,
        decision,
        purpose: 'approval',
      },
      kind,
    );
    if (!judgement.accepted) {
      run.desk.refuse(item, judgement.code, judgement.reason);
      changed(run);
      return null;
    }
    if (Date.now() >= this.expiresAtMs) {
      run.desk.refuse(item, 'TOKEN_EXPIRED', say(run.ref, '已过期', 'the request has expired'));
      throw this.expiry();
    }
    item.judgement = judgement;
    const { vote } = judgement;
    const comment = vote.comment ?? decision.comment ?? '';
    const role = roleName(run, vote.role);
    const mark = kind === 'approve' ? '✓' : '✗';
    const line = oneLine(`${mark} ${vote.name} (${role}) ${comment}`);
    run.decisions.push(line);
    run.status.approval?.votes.push({ by: vote.name, role, comment });
    if (kind === 'reject')
      throw this.end('rejected', 'REJECTED', rejectedBy(run, vote, oneLine(comment)));
    this.votes.push(vote);
    if (judgement.quorumReached) return this.approved();
    stepStatus(run, step.number).note = judgement.missing;
    changed(run);
    return null;
  }

  private approved(): string {
    const { run, step, votes } = this;
    const names = votes.map((vote) => vote.name).join(', ');
    const approvals = votes.map((vote) => `${vote.name} (${roleName(run, vote.role)})`);
    run.approvals.set(step.number, approvals);
    run.searchAttributes.write({ approval: 'approved' });
    const note = say(run.ref, `批准：${names}`, `approved by ${names}`);
    this.close(note);
    return note;
  }

  private expiry(): StepFailure {
    const { run, step } = this;
    const hours = Math.round(step.timeoutSeconds / 36) / 100;
    const message = say(
      run.ref,
      `审批在 ${hours} 小时内未完成`,
      `not approved within ${hours} hours`,
    );
    return this.end('expired', 'EXPIRED', message);
  }

  private end(kind: 'rejected' | 'expired', type: string, message: string): StepFailure {
    this.run.searchAttributes.write({ approval: kind });
    this.close(message);
    return new StepFailure(this.step.number, kind, type, message);
  }

  /** The clocks start with the first delivered notice: nobody could know of it before. */
  private async announceAndStartClocks(news: readonly string[]): Promise<void> {
    const { run, step } = this;
    await this.announce('request', requestLines(run, step, news));
    if (run.status.approval === null) return;
    this.expiresAtMs = Date.now() + step.timeoutSeconds * 1000;
    run.status.approval.expiresAtMs = this.expiresAtMs;
    this.show(run.status.approval.openedAtMs);
    changed(run);
    this.clocks.start(() => this.remind());
  }

  private async remind(): Promise<void> {
    if (this.told === null) await this.announce('reminder', requestLines(this.run, this.step, []));
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

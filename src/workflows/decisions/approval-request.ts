/** One request for an approval, from the notice to the decision. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { AcceptedVote, Decision } from '../../activities/contract.ts';
import type { Successor } from '../../activities/supersede-contract.ts';
import { oneLine, say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { type AskingParts, type RunIdentity, stepStatus } from '../run.ts';
import { changed } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { ApprovalClocks } from './approval-clocks.ts';
import { quorumText, rejectedBy, requestLines } from './approval-lines.ts';
import { announce, type Notice } from './approval-notices.ts';
import { approvalQuestion } from './approval-question.ts';
import { approverRoles, roleName } from './approvers.ts';
import { type DecisionDesk, RECEIVED_LIMIT, type Undecided } from './desk.ts';
import { judge } from './judge.ts';
import { showQuestion } from './resolving.ts';
import { acceptedSuccessor, judgeSuccessor } from './successor.ts';

export interface Asking {
  /** Where its votes arrive. */
  readonly desk: DecisionDesk;
  /** The run does not wait for it, and nothing is undone where it is not given. */
  readonly isAfterwards: boolean;
  /** Whether a newer run may take its place: it has changed nothing, and holds no lock. */
  readonly isReplaceable: boolean;
}

export function notApproved(run: RunIdentity, why: string): string {
  return say(run.ref, `事后未批准：${why}`, `not approved afterwards: ${why}`);
}

export class ApprovalRequest {
  private readonly run: AskingParts;
  private readonly step: ApprovalStep;
  private readonly votes: AcceptedVote[] = [];
  private readonly clocks: ApprovalClocks;
  private readonly asking: Asking;
  private expiresAtMs: number;
  /** The notice that tells how it ended; null: it has not. */
  private told: Promise<void> | null = null;

  constructor(run: AskingParts, step: ApprovalStep, asking: Asking) {
    const openedAtMs = Date.now();
    this.run = run;
    this.step = step;
    this.asking = asking;
    this.clocks = new ApprovalClocks(run, step);
    this.expiresAtMs = openedAtMs + step.timeoutSeconds * 1000;
    asking.desk.openFor({ waitsFor: 'approval', step: step.number });
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
    const times = { openedAtMs, deadlineMs: this.expiresAtMs };
    showQuestion(this.run, approvalQuestion(this.run, this.step, times, this.asking.isAfterwards));
  }

  /** Sends the request. Its time counts from the first delivered notice: nobody could know of it before. */
  async send(news: readonly string[]): Promise<void> {
    const { run, step } = this;
    await this.announce('request', requestLines(run, step, news));
    if (run.status.approval === null) return;
    this.expiresAtMs = Date.now() + step.timeoutSeconds * 1000;
    run.status.approval.expiresAtMs = this.expiresAtMs;
    this.show(run.status.approval.openedAtMs);
    changed(run);
  }

  /** @returns who approved. @throws StepFailure where it is rejected or expires */
  async wait(): Promise<string> {
    try {
      this.clocks.start(Math.max(1, this.expiresAtMs - Date.now()), () => this.remind());
      return await this.collect();
    } finally {
      this.clocks.stop(this.told);
    }
  }

  /** Nobody decides it any more. */
  withdraw(outcome: string): void {
    this.run.searchAttributes.write({ approval: 'none' });
    this.close(outcome);
  }

  private async collect(): Promise<string> {
    const { desk } = this.asking;
    for (;;) {
      await condition(() => desk.hasUndecided || desk.flooded || this.clocks.expired);
      // However many decisions come, the deadline holds.
      if (this.clocks.expired) throw this.expiry();
      if (desk.flooded) {
        const text = say(
          this.run.ref,
          `收到超过 ${RECEIVED_LIMIT} 个决定`,
          `more than ${RECEIVED_LIMIT} decisions`,
        );
        throw this.end('rejected', 'TOO_LARGE', text);
      }
      const item = desk.next();
      const note = item === undefined ? null : await this.judge(item);
      if (note !== null) return note;
    }
  }

  /** Makes way for a newer run, or refuses to. */
  private async judgeSuccessor(item: Undecided, successor: Successor): Promise<void> {
    const { run, step, asking } = this;
    const judgement = await judgeSuccessor(run, step.number, successor, asking.isReplaceable);
    if (!judgement.accepted) {
      asking.desk.refuse(item, judgement.code, judgement.reason, 'supersede');
      changed(run);
      return;
    }
    const { workflowId, version, requestedBy } = successor.run;
    item.judgement = acceptedSuccessor(successor);
    const text = oneLine(
      say(
        run.ref,
        `被新发布取代：${workflowId}（${version}，由 ${requestedBy} 申请）`,
        `superseded by ${workflowId} (${version}, requested by ${requestedBy})`,
      ),
    );
    run.decisions.push(text);
    run.status.warnings.push(text);
    asking.desk.end(text);
    throw this.end('superseded', 'SUPERSEDED', text);
  }

  /** Judges one decision. @returns the note of a quorum, null while more is needed. */
  private async judge(item: Undecided): Promise<string | null> {
    const { run, step } = this;
    if (item.successor !== undefined) {
      await this.judgeSuccessor(item, item.successor);
      return null;
    }
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
      this.asking.desk.refuse(item, judgement.code, judgement.reason);
      changed(run);
      return null;
    }
    if (Date.now() >= this.expiresAtMs) {
      this.asking.desk.refuse(
        item,
        'TOKEN_EXPIRED',
        say(run.ref, '已过期', 'the request has expired'),
      );
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
    const late = this.asking.isAfterwards ? say(run.ref, '，事后', ', afterwards') : '';
    const approvals = votes.map((vote) => `${vote.name} (${roleName(run, vote.role)})${late}`);
    run.approvals.set(step.number, approvals);
    run.searchAttributes.write({ approval: 'approved' });
    const note = this.asking.isAfterwards
      ? say(run.ref, `事后已批准：${names}`, `approved afterwards by ${names}`)
      : say(run.ref, `批准：${names}`, `approved by ${names}`);
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

  private end(kind: 'rejected' | 'expired' | 'superseded', type: string, why: string): StepFailure {
    const message = this.asking.isAfterwards ? notApproved(this.run, why) : why;
    this.run.searchAttributes.write({ approval: kind });
    this.close(message);
    return new StepFailure(this.step.number, kind, type, message);
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

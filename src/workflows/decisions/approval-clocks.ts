/** The time that an approval has: it expires, and its approvers are reminded once before. */
import { CancellationScope, sleep } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { type BackgroundPart, type RunIdentity } from '../run.ts';
import { summaryOf } from '../tasks/activities.ts';
import { hasChannelOf } from './channels.ts';

export class ApprovalClocks {
  expired = false;
  private readonly run: RunIdentity & BackgroundPart;
  private readonly step: ApprovalStep;
  private readonly scope = new CancellationScope();

  constructor(run: RunIdentity & BackgroundPart, step: ApprovalStep) {
    this.run = run;
    this.step = step;
  }

  /** @param leftMs until it expires; less than the step's time-out where it was asked earlier */
  start(leftMs: number, remind: () => Promise<void>): void {
    void this.scope.run(() => this.watchExpiry(leftMs)).catch(() => undefined);
    void this.scope.run(() => this.watchReminder(leftMs, remind)).catch(() => undefined);
  }

  /**
   * Between a judgement and the cancelling of a timer lies an event of the server's, the answer to the
   * notice: a replay may learn of the judgement one workflow task earlier than the run did (decision 23).
   * @param told the notice that tells how it ended; null: there is none
   */
  stop(told: Promise<void> | null): void {
    if (told === null) this.scope.cancel();
    // Without a notice there is no such event: the timers run on, and find it closed.
    else if (hasChannelOf(this.run, this.step))
      this.run.background.push(told.then(() => this.scope.cancel()));
  }

  private async watchExpiry(leftMs: number): Promise<void> {
    await this.wait(leftMs, say(this.run.ref, '审批超时', 'approval expires'));
    this.expired = true;
  }

  private async watchReminder(leftMs: number, remind: () => Promise<void>): Promise<void> {
    const { reminderSeconds } = this.run.resolved.approval;
    const delayMs = leftMs - reminderSeconds * 1000;
    if (reminderSeconds <= 0 || delayMs <= 0 || !hasChannelOf(this.run, this.step)) return;
    await this.wait(delayMs, say(this.run.ref, '提醒审批人', 'remind the approvers'));
    await remind();
  }

  private wait(ms: number, phrase: string): Promise<void> {
    return sleep(ms, { summary: summaryOf(this.step.number, null, phrase) });
  }
}

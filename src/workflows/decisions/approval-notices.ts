/** Tells the approvers: asked, reminded, over. A notice that does not arrive is a warning, not a failure. */
import { isCancellation } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { presentationOf, type RunIdentity, type ShownPart } from '../run.ts';
import { changed, warn } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';
import { hasChannelOf } from './channels.ts';

export interface Notice {
  readonly kind: 'request' | 'reminder' | 'closed';
  /** Role ids. */
  readonly approverRoles: readonly string[];
  readonly expiresAtMs: number;
  readonly lines: readonly string[];
  /** How it ended, for `closed`. */
  readonly outcome?: string;
}

/** Where everybody finds it who was told nothing. */
const WEB_UI = 'Web UI';

const PHRASES = {
  request: ['审批请求', 'approval request'],
  reminder: ['审批提醒', 'reminder'],
  closed: ['审批结束', 'approval closed'],
} as const;

/** Never throws; where the run is cancelled it ends early. */
export async function announce(
  run: RunIdentity & ShownPart,
  step: ApprovalStep,
  notice: Notice,
): Promise<void> {
  if (!hasChannelOf(run, step)) {
    if (notice.kind === 'request') noteDelivery(run, { delivered: [WEB_UI], failed: [] });
    return;
  }
  const [zh, en] = PHRASES[notice.kind];
  try {
    const sent = await system.announceApproval.executeWithOptions(
      {
        ...beats(run.resolved.settings),
        summary: summaryOf(step.number, null, say(run.ref, zh, en)),
      },
      [
        {
          run: run.ref,
          seal: sealFor(run.resolved.proof, 'announceApproval'),
          step: step.number,
          title: presentationOf(run.plan, step.number).title,
          channels: step.channels,
          servers: run.resolved.servers,
          ...notice,
        },
      ],
    );
    if (notice.kind !== 'closed') noteDelivery(run, sent);
  } catch (error) {
    if (isCancellation(error)) return;
    const reason = messageOf(error);
    warn(run, say(run.ref, `审批通知未送达：${reason}`, `approval notice: ${reason}`));
  }
}

function noteDelivery(
  run: RunIdentity & ShownPart,
  sent: { readonly delivered: readonly string[]; readonly failed: readonly string[] },
): void {
  run.status.approval?.delivered.push(...sent.delivered);
  for (const failed of sent.failed) {
    warn(
      run,
      say(run.ref, `审批通知未送达：${failed}`, `approval notice not delivered: ${failed}`),
    );
  }
  changed(run);
}

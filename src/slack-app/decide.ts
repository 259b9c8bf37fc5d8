/** From a click to a signal: who clicked, on which request, and whether it is still open. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Language, Localized } from '../diagnostics/diagnostic.ts';
import { refusalText } from '../diagnostics/render.ts';
import { type ButtonRequest, readButton } from './button.ts';

/** The part of the client that the app needs. */
export interface DecisionClient {
  /** The run's open request. null: no such run, it has ended, or it has none. */
  pendingApproval(workflowId: string): Promise<{
    readonly requestId: string;
    readonly step: number | null;
    readonly language: Language;
  } | null>;
  approve(workflowId: string, message: DecisionMessage): Promise<void>;
  reject(workflowId: string, message: DecisionMessage): Promise<void>;
}

export interface DecisionMessage {
  /** Person id of runsheet.yaml. */
  readonly by: string;
  readonly step: number;
}

export interface Click {
  readonly kind: 'approve' | 'reject';
  readonly teamId: string | null;
  readonly userId: string;
  /** The button's value as received. */
  readonly value: unknown;
}

export interface Workspace {
  readonly teamId: string;
  /** Slack user id → person id; read afresh, so that a removed person is refused at once. */
  personOf(userId: string): Promise<string | null>;
}

export type ClickRefusal = 'WRONG_WORKSPACE' | 'UNMAPPED_USER' | 'BUTTON_TAMPERED' | 'STALE_BUTTON';

export type ClickOutcome =
  | {
      readonly sent: true;
      readonly person: string;
      readonly request: ButtonRequest;
      readonly answer: Localized;
    }
  | { readonly sent: false; readonly code: ClickRefusal; readonly answer: Localized };

/** Checks only what Slack alone can tell; the run itself judges roles and quorum. */
export async function decide(
  click: Click,
  workspace: Workspace,
  client: DecisionClient,
): Promise<ClickOutcome> {
  if (click.teamId !== workspace.teamId) return refuse(diagnose('WRONG_WORKSPACE', 'button', {}));
  const person = await workspace.personOf(click.userId);
  if (person === null) return refuse(diagnose('UNMAPPED_USER', 'account', {}));
  const request = readButton(click.value);
  if (request === null) return refuse(diagnose('BUTTON_TAMPERED', 'value', {}));
  const pending = await client.pendingApproval(request.workflowId);
  if (
    pending === null ||
    pending.requestId !== request.requestId ||
    pending.step !== request.step
  ) {
    return refuse(diagnose('STALE_BUTTON', 'request', {}));
  }
  const message = { by: person, step: request.step };
  if (click.kind === 'approve') await client.approve(request.workflowId, message);
  else await client.reject(request.workflowId, message);
  return { sent: true, person, request, answer: SENT[click.kind] };
}

function refuse(diagnostic: Diagnostic & { readonly code: ClickRefusal }): ClickOutcome {
  return { sent: false, code: diagnostic.code, answer: refusalText(diagnostic) };
}

const SENT: Readonly<Record<Click['kind'], Localized>> = {
  approve: { zh: '已提交批准，由发布单裁定。', en: 'Approval sent. The run will judge it.' },
  reject: { zh: '已提交拒绝，由发布单裁定。', en: 'Rejection sent. The run will judge it.' },
};

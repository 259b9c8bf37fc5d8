/** From a click to a signal: who clicked, on which request, and whether it is still open. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Language, Localized } from '../diagnostics/diagnostic.ts';
import { refusalText } from '../diagnostics/render.ts';
import { type ButtonRequest, readButton } from './button.ts';

export type AnswerWord = 'approve' | 'reject' | 'retry' | 'skip' | 'rollback';

/** The part of the client that the app needs. */
export interface DecisionClient {
  /** The run's open request. null: no such run, it has ended, or it has none. */
  pendingApproval(workflowId: string): Promise<{
    readonly requestId: string;
    readonly step: number | null;
    readonly language: Language;
  } | null>;
  /** What the run asks beside approvals. null: no such run, it has ended, or it asks nothing. */
  pendingQuestion(workflowId: string): Promise<PendingQuestion | null>;
  answer(workflowId: string, message: DecisionMessage & { word: AnswerWord }): Promise<void>;
  approve(workflowId: string, message: DecisionMessage): Promise<void>;
  reject(workflowId: string, message: DecisionMessage): Promise<void>;
}

export interface PendingQuestion {
  readonly requestId: string;
  readonly step: number;
  readonly openedAtMs: number;
  readonly words: readonly AnswerWord[];
}

export interface DecisionMessage {
  /** Person id of runsheet.yaml. */
  readonly by: string;
  readonly step: number;
}

export interface Click {
  readonly kind: AnswerWord;
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
  if (click.kind !== 'approve' && click.kind !== 'reject')
    return answer(click.kind, request, person, client);
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

/** A failed step may ask again: what was asked before is no longer what is asked now. */
async function answer(
  word: AnswerWord,
  request: ButtonRequest,
  person: string,
  client: DecisionClient,
): Promise<ClickOutcome> {
  const { workflowId, requestId, step, openedAtMs } = request;
  const pending = await client.pendingQuestion(workflowId);
  const isOpen =
    pending !== null &&
    pending.requestId === requestId &&
    pending.step === step &&
    pending.openedAtMs === openedAtMs &&
    pending.words.includes(word);
  if (!isOpen) return refuse(diagnose('STALE_BUTTON', 'request', {}));
  await client.answer(workflowId, { by: person, step, word });
  return { sent: true, person, request, answer: SENT[word] };
}

function refuse(diagnostic: Diagnostic & { readonly code: ClickRefusal }): ClickOutcome {
  return { sent: false, code: diagnostic.code, answer: refusalText(diagnostic) };
}

const SENT: Readonly<Record<Click['kind'], Localized>> = {
  approve: { zh: '已提交批准，由发布单裁定。', en: 'Approval sent. The run will judge it.' },
  reject: { zh: '已提交拒绝，由发布单裁定。', en: 'Rejection sent. The run will judge it.' },
  retry: { zh: '已提交再试，由发布单裁定。', en: 'Retry sent. The run will judge it.' },
  skip: { zh: '已提交跳过，由发布单裁定。', en: 'Skip sent. The run will judge it.' },
  rollback: { zh: '已提交回滚，由发布单裁定。', en: 'Rollback sent. The run will judge it.' },
};

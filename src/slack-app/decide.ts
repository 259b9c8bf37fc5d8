/** From a click to a signal: who clicked, on which request, and whether it is still open. */
import type { Language, Localized } from '../diagnostics/diagnostic.ts';
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
  if (click.teamId !== workspace.teamId) return refuse('WRONG_WORKSPACE');
  const person = await workspace.personOf(click.userId);
  if (person === null) return refuse('UNMAPPED_USER');
  const request = readButton(click.value);
  if (request === null) return refuse('BUTTON_TAMPERED');
  const pending = await client.pendingApproval(request.workflowId);
  if (
    pending === null ||
    pending.requestId !== request.requestId ||
    pending.step !== request.step
  ) {
    return refuse('STALE_BUTTON');
  }
  const message = { by: person, step: request.step };
  if (click.kind === 'approve') await client.approve(request.workflowId, message);
  else await client.reject(request.workflowId, message);
  return { sent: true, person, request, answer: SENT[click.kind] };
}

function refuse(code: ClickRefusal): ClickOutcome {
  return { sent: false, code, answer: REFUSED[code] };
}

const SENT: Readonly<Record<Click['kind'], Localized>> = {
  approve: { zh: '已提交批准，由发布单裁定。', en: 'Approval sent. The run will judge it.' },
  reject: { zh: '已提交拒绝，由发布单裁定。', en: 'Rejection sent. The run will judge it.' },
};

const REFUSED: Readonly<Record<ClickRefusal, Localized>> = {
  WRONG_WORKSPACE: {
    zh: 'WRONG_WORKSPACE：此按钮来自另一个 Slack 工作区。',
    en: 'WRONG_WORKSPACE: this button belongs to another Slack workspace.',
  },
  UNMAPPED_USER: {
    zh: 'UNMAPPED_USER：runsheet.yaml 中没有人使用此 Slack 账号，请添加 people.<id>.slack。',
    en: 'UNMAPPED_USER: no person in runsheet.yaml has this Slack account; add people.<id>.slack.',
  },
  BUTTON_TAMPERED: {
    zh: 'BUTTON_TAMPERED：按钮的内容不是本应用写入的。',
    en: 'BUTTON_TAMPERED: the content of this button was not written by this app.',
  },
  STALE_BUTTON: {
    zh: 'STALE_BUTTON：此请求已结束或已重新发起，请使用最新的消息。',
    en: 'STALE_BUTTON: this request has ended or has been sent again; use the latest message.',
  },
};

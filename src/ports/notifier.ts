/** One outgoing channel: webhook, e-mail or Slack. */
export interface Notifier {
  readonly channel: 'email' | 'slack' | 'webhook';
  /** @returns who got it, for example "#releases" or "bob@example.com". */
  notify(message: Notification): Promise<string>;
}

export interface Notification {
  /** run-ended: somebody has ended a run while it changed servers. */
  readonly kind: 'approval' | 'reminder' | 'approval-closed' | 'question' | 'result' | 'run-ended';
  readonly title: string;
  readonly lines: readonly string[];
  /** Label and text, the template's own notification lines. */
  readonly fields: readonly { readonly label: string; readonly text: string }[];
  /** Set for approval, reminder and question: what a button carries. */
  readonly request?: {
    readonly workflowId: string;
    readonly requestId: string;
    readonly step: number;
    /** Of a question: when it was asked, and what it takes. Absent: approve or reject. */
    readonly openedAtMs?: number;
    readonly answers?: readonly { readonly word: string; readonly would: string }[];
  };
  readonly severity: 'info' | 'success' | 'failure';
  readonly language: 'zh' | 'en';
  /** Person ids to address, for channels that reach people. */
  readonly recipients: readonly {
    readonly name: string;
    readonly email?: string;
    readonly slack?: string;
  }[];
}

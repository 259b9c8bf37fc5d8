/** One outgoing channel: webhook, e-mail or Slack. */
export interface Notifier {
  readonly channel: 'email' | 'slack' | 'webhook';
  /** @returns who got it, for example "#releases" or "bob@example.com". */
  notify(message: Notification): Promise<string>;
}

export interface Notification {
  /** run-ended: somebody has ended a run while it changed servers. */
  readonly kind: 'approval' | 'reminder' | 'approval-closed' | 'result' | 'run-ended';
  readonly title: string;
  readonly lines: readonly string[];
  /** Label and text, the template's own notification lines. */
  readonly fields: readonly { readonly label: string; readonly text: string }[];
  /** Set for approval and reminder: what a button carries. */
  readonly request?: {
    readonly workflowId: string;
    readonly requestId: string;
    readonly step: number;
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

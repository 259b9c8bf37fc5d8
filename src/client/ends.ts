/** Whether and how a run has ended. */
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { codeOf } from './answers.ts';

export interface RunEnd {
  /** The failure's stable type, or null where the run succeeded. */
  readonly failure: { readonly type: string; readonly message: string } | null;
}

export async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  const { status } = await client.workflow.getHandle(workflowId).describe();
  return status.name === 'RUNNING';
}

/** When a run that was started with a delay begins; null: its time has come, or it has ended. */
export async function beginsAt(client: Client, workflowId: string): Promise<number | null> {
  const { status, executionTime } = await client.workflow.getHandle(workflowId).describe();
  const begins = executionTime?.getTime() ?? 0;
  return status.name === 'RUNNING' && begins > Date.now() ? begins : null;
}

/** Waits until it has. */
export async function endOf(client: Client, workflowId: string): Promise<RunEnd> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return { failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type = codeOf(cause, cause?.name ?? 'FAILED');
    return { failure: { type, message: cause?.message ?? error.message } };
  }
}

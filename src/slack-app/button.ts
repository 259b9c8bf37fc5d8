/** The value of a button in a message that asks. */
export interface ButtonRequest {
  readonly workflowId: string;
  readonly requestId: string;
  readonly step: number;
  /** When a question was asked that is no approval. */
  readonly openedAtMs?: number;
}

const LONGEST_VALUE = 2_000;
const KEYS = ['requestId,step,workflowId', 'openedAtMs,requestId,step,workflowId'];

/** @returns null: the value is not exactly what the notifier writes (BUTTON_TAMPERED) */
export function readButton(value: unknown): ButtonRequest | null {
  if (typeof value !== 'string' || value.length > LONGEST_VALUE) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { workflowId, requestId, step, openedAtMs } = parsed as Record<string, unknown>;
  const keys = Object.keys(parsed).sort().join();
  if (!KEYS.includes(keys) || !isId(workflowId) || !isId(requestId)) return null;
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 1) return null;
  if (openedAtMs === undefined) return { workflowId, requestId, step };
  if (typeof openedAtMs !== 'number' || !Number.isFinite(openedAtMs)) return null;
  return { workflowId, requestId, step, openedAtMs };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}]{1,500}$/u.test(value);
}

/** The value of a button in an approval message. */
export interface ButtonRequest {
  readonly workflowId: string;
  readonly requestId: string;
  readonly step: number;
}

const LONGEST_VALUE = 2_000;
const KEYS = ['requestId', 'step', 'workflowId'];

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
  const { workflowId, requestId, step } = parsed as Record<string, unknown>;
  const keys = Object.keys(parsed).sort().join();
  if (keys !== KEYS.join() || !isId(workflowId) || !isId(requestId)) return null;
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 1) return null;
  return { workflowId, requestId, step };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}]{1,500}$/u.test(value);
}

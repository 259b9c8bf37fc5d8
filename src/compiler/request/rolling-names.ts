/** What a request calls the settings of its batches. */
import { findWord, ROLLING_LABELS, type RollingLabel } from '../parse/words.ts';

/** The names that JSON and YAML use; the template's labels are accepted too. */
export const ROLLING_KEYS = Object.keys(ROLLING_LABELS) as readonly RollingLabel[];

/** The setting that a name means: `batch_pause`, 批次间隔, Batch pause; null: none. */
export function rollingLabelOf(name: string): RollingLabel | null {
  const key = ROLLING_KEYS.find((each) => each === name);
  return key ?? findWord(ROLLING_LABELS, name)?.key ?? null;
}

/** What the rest of the program uses of the compiler. */
export { actionFates } from '../plan/failure/action-fates.ts';
export {
  failureRanges,
  failureRangesLater,
  type Outlook,
  outlookOf,
  rangeText,
} from '../plan/failure/words.ts';
export { batchesOf, fewestInPool, largestBatch, rolledSteps } from '../plan/rolling.ts';
export { duration, rollingSourceText, rollingText } from '../plan/rolling-words.ts';
export { type CompileResult, compileTemplate } from './compile-template.ts';
export { planDigest } from './digest.ts';
export { explanationToJson, renderExplanation } from './explain.ts';
export { outageOf } from './outage.ts';
export { parseDurationMs } from './parse/duration.ts';
export { sectionDefault } from './section-defaults.ts';
export type { Vocabulary } from './vocabulary.ts';

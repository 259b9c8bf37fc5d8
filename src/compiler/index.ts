/** What the rest of the program uses of the compiler. */
export { type CompileInput, type CompileResult, compileTemplate } from './compile-template.ts';
export { digestOf, planDigest } from './digest.ts';
export {
  type ExplainKind,
  type ExplainRow,
  explanationToJson,
  renderExplanation,
} from './explain.ts';
export { nearest } from './nearest.ts';
export { parseDurationMs, parseDurationSeconds } from './parse/duration.ts';
export { planJsonSchema, planSchema } from './plan-schema.ts';
export {
  BUILT_IN_ROLES,
  DEFAULT_VOCABULARY,
  findProjectPhrase,
  findRole,
  type Vocabulary,
} from './vocabulary.ts';

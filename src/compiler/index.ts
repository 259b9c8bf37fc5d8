/** What the rest of the program uses of the compiler. */
export { type CompileResult, compileTemplate } from './compile-template.ts';
export { planDigest } from './digest.ts';
export { explanationToJson, renderExplanation } from './explain.ts';
export { parseDurationMs } from './parse/duration.ts';
export { planJsonSchema, planSchema } from './plan-schema.ts';
export type { Vocabulary } from './vocabulary.ts';

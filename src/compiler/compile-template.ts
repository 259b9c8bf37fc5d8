/** A run sheet's text → its plan, what is wrong with it, and what each line became. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ParameterDefinition, Plan } from '../plan/plan.ts';
import { checkDocument } from './check/check.ts';
import { type Context, createContext, diagnosticsOf, report } from './context.ts';
import { type ExplainRow, explainDefaults, explainLines } from './explain.ts';
import { lowerPlan } from './lower/plan.ts';
import { readDocument } from './parse/document.ts';
import { readItems } from './parse/items.ts';
import { readSource } from './parse/read-source.ts';
import { DEFAULT_VOCABULARY, type Vocabulary, withBuiltInRoles } from './vocabulary.ts';

export type CompileInput = {
  /** How diagnostics name the file. */
  readonly file: string;
  readonly vocabulary?: Vocabulary;
} & ({ readonly text: string } | { readonly bytes: Uint8Array });

export interface CompileResult {
  /** null where any diagnostic is an error. */
  readonly plan: Plan | null;
  /** What a request can be held against, even where something else is wrong; null: they are. */
  readonly parameters: readonly ParameterDefinition[] | null;
  /** All problems at once, in the document's order. */
  readonly diagnostics: readonly Diagnostic[];
  /** One row for every line of the file, then one for each default; empty where the file could not be read. */
  readonly explanation: readonly ExplainRow[];
}

/** Pure; never throws, whatever the text. */
export function compileTemplate(input: CompileInput): CompileResult {
  const read = readSource(input.file, 'text' in input ? input.text : input.bytes);
  if (read.source === null) {
    return { plan: null, parameters: null, diagnostics: [read.diagnostic], explanation: [] };
  }
  const vocabulary = withBuiltInRoles(input.vocabulary ?? DEFAULT_VOCABULARY);
  const context = createContext(read.source, vocabulary);
  const { plan, parameters, defaults } = compileSource(context);
  const diagnostics = diagnosticsOf(context);
  const isGood = !diagnostics.some((each) => each.severity === 'error');
  return {
    plan: isGood ? plan : null,
    parameters,
    diagnostics,
    explanation: [...explainLines(context), ...defaults],
  };
}

interface Compiled extends Pick<CompileResult, 'plan' | 'parameters'> {
  readonly defaults: readonly ExplainRow[];
}

function compileSource(context: Context): Compiled {
  const items = readItems(context.source);
  if (items === null) {
    report(context, { start: 0, end: 0 }, diagnose('TOO_LARGE', 'nesting', {}));
    return { plan: null, parameters: null, defaults: [] };
  }
  const checked = checkDocument(context, readDocument(context, items));
  const plan = lowerPlan(checked, context.source.file);
  const parameters = checked.areParametersRight ? checked.parameters : null;
  return { plan, parameters, defaults: explainDefaults(checked) };
}

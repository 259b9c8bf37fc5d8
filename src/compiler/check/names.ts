/** The names that expressions and texts may use, and what is known of their values. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';
import { type Context, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Words } from '../parse/items.ts';

export interface VariableInfo {
  /** The values that branches set. */
  readonly values: readonly Json[];
  /** Index, in the document's order, of the first step that sets it. */
  readonly setBy: number;
}

export interface Names {
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  readonly variables: ReadonlyMap<string, VariableInfo>;
}

/** What the run itself knows; notification lines may use these too. */
const RUN_NAMES = ['total_duration', 'status'];

/** Reports each `${name}` of a text that no parameter has. */
export function checkPlaceholders(
  context: Context,
  names: Names,
  words: Words,
  withRun = false,
): void {
  const known = [...names.parameters.keys(), ...(withRun ? RUN_NAMES : [])];
  for (const match of words.text.matchAll(/\$\{([^}]*)\}/gu)) {
    const name = (match[1] ?? '').trim().replace(/^parameters\./u, '');
    if (known.includes(name)) continue;
    const start = words.start + match.index;
    const near = nearest(name, known, 1);
    report(
      context,
      { start, end: start + match[0].length },
      diagnose('UNKNOWN_REFERENCE', 'placeholder', { name, known }, { near }),
    );
  }
}

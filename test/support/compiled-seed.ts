/** The reference template as the compiler reads it: the seed itself where it is there, else our write-up. */
import { existsSync, readFileSync } from 'node:fs';
import { compileTemplate } from '../../src/compiler/index.ts';
import type { Plan } from '../../src/plan/plan.ts';

const PLACES = ['../../../shared/seed/deployment.md', '../../templates/deployment.md'];

let compiled: Plan | undefined;

/** Compiled once a process; the plan is frozen. */
export function compiledSeed(): Plan {
  compiled ??= compile();
  return compiled;
}

function compile(): Plan {
  const url = PLACES.map((place) => new URL(place, import.meta.url)).find((each) =>
    existsSync(each),
  );
  if (url === undefined) throw new Error('templates/deployment.md is missing');
  const { plan, diagnostics } = compileTemplate({
    file: 'deployment.md',
    text: readFileSync(url, 'utf8'),
  });
  if (plan === null) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  return plan;
}

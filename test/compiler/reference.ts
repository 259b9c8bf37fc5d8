/** The reference template: beside the project where it is, else the project's own write-up. */
import { existsSync, readFileSync } from 'node:fs';
import { type CompileResult, compileTemplate } from '../../src/compiler/index.ts';
import type { Plan } from '../../src/plan/plan.ts';

const SEED = new URL('../../../shared/seed/deployment.md', import.meta.url);
const OWN = new URL('../../templates/deployment.md', import.meta.url);
const ENGLISH = new URL('../../templates/deployment.en.md', import.meta.url);

export const seedText = readFileSync(existsSync(SEED) ? SEED : OWN, 'utf8');
export const ownText = readFileSync(OWN, 'utf8');
export const englishText = readFileSync(ENGLISH, 'utf8');

export function compile(text: string, file = 'deployment.md'): CompileResult {
  return compileTemplate({ text, file });
}

/** The plan of a text that must compile. */
export function planOf(text: string): Plan {
  const { plan, diagnostics } = compile(text);
  if (plan === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  return plan;
}

/** Replaces text that must be there, once. */
export function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the template lacks "${from}"`);
  return text.replace(from, () => to);
}

/** The section of one step, from its heading to the next heading. */
export function stepText(text: string, number: number): string {
  const found = new RegExp(`^### ${number}\\. [\\s\\S]*?(?=^##)`, 'mu').exec(text);
  if (found === null) throw new Error(`the template lacks step ${number}`);
  return found[0];
}

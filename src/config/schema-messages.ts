/**
 * What the schema says about a value. zod carries one string, and where the value stands is known
 * later: until then a message is the name of its sentence in the catalogue and what fills it in, as
 * JSON.
 */
import { z } from 'zod';
import { diagnose, type ParametersOf, type VariantOf } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../diagnostics/diagnostic.ts';

/** The parameters of a sentence, `where` aside: none, or one object. */
type Rest<P> = [Exclude<keyof P, 'where'>] extends [never] ? [] : [rest: Omit<P, 'where'>];

/** A field's own message: `z.string({ error: fieldProblem('duration') })`. */
export function fieldProblem<V extends VariantOf<'BAD_PROJECT_FILE'>>(
  variant: V,
  ...rest: Rest<ParametersOf<'BAD_PROJECT_FILE', V>>
): string {
  return JSON.stringify(['BAD_PROJECT_FILE', variant, ...rest]);
}

/** The same for the name of a host or a server. */
export function hostProblem(variant: 'host' | 'server' | 'jumpHost'): string {
  return JSON.stringify(['BAD_HOST_NAME', variant]);
}

type Written = ['BAD_PROJECT_FILE', 'invalid', { readonly problem: Localized }];

/** @param message of an issue @param where the path of the value, for people */
export function diagnosticOf(message: string, where: string): Diagnostic {
  // The two functions above wrote it, so code, variant and parameters belong together.
  const [code, variant, rest] = JSON.parse(message) as Written;
  return diagnose(code, variant, { ...rest, where });
}

const zh = z.locales.zhCN().localeError;
const en = z.locales.en().localeError;

/** For a field without a message of its own: zod's, in both languages. */
export const inBothLanguages: z.core.$ZodErrorMap = (issue) =>
  fieldProblem('invalid', { problem: { zh: textOf(zh(issue)), en: textOf(en(issue)) } });

function textOf(message: ReturnType<z.core.$ZodErrorMap>): string {
  return (typeof message === 'string' ? message : message?.message) ?? '';
}

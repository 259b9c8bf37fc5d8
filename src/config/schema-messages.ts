/** What the schema says about a value, in both languages; zod carries one string, so they travel in it as JSON. */
import { z } from 'zod';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';

interface SchemaMessage {
  readonly code: DiagnosticCode;
  readonly text: Localized;
}

/** A field's own message: `z.string({ error: both({ zh: '…', en: '…' }) })`. */
export function both(text: Localized, code: DiagnosticCode = 'BAD_PROJECT_FILE'): string {
  const message: SchemaMessage = { code, text };
  return JSON.stringify(message);
}

/** @param message of an issue, as `both` wrote it */
export function readMessage(message: string): SchemaMessage {
  return JSON.parse(message) as SchemaMessage;
}

const zh = z.locales.zhCN().localeError;
const en = z.locales.en().localeError;

/** For a field without a message of its own: zod's, in both languages. */
export const inBothLanguages: z.core.$ZodErrorMap = (issue) =>
  both({ zh: textOf(zh(issue)), en: textOf(en(issue)) });

function textOf(message: ReturnType<z.core.$ZodErrorMap>): string {
  return (typeof message === 'string' ? message : message?.message) ?? '';
}

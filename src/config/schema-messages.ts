/** What the schema says where a field has no sentence of its own: zod's, in both languages. */
import { z } from 'zod';

const zh = z.locales.zhCN().localeError;
const en = z.locales.en().localeError;

/** `中文 · English`, as the fields' own messages are written. */
export const inBothLanguages: z.core.$ZodErrorMap = (issue) =>
  `${textOf(zh(issue))} · ${textOf(en(issue))}`;

function textOf(message: ReturnType<z.core.$ZodErrorMap>): string {
  return (typeof message === 'string' ? message : message?.message) ?? '';
}

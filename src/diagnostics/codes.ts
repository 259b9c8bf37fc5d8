import { CATALOGUE } from './catalogue/index.ts';

/** Every diagnostic and refusal has one stable name: a key of the catalogue. */
export type DiagnosticCode = keyof typeof CATALOGUE;

export const DIAGNOSTIC_CODES = Object.keys(CATALOGUE) as readonly DiagnosticCode[];

import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';

/** Why a worker cannot start; the caller prints both languages and exits 2. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code: DiagnosticCode;
  readonly text: Localized;
  readonly remedy: Localized;

  constructor(code: DiagnosticCode, text: Localized, remedy: Localized) {
    super(`${code}: ${text.zh} · ${text.en}\n${remedy.zh} · ${remedy.en}`);
    this.code = code;
    this.text = text;
    this.remedy = remedy;
  }
}

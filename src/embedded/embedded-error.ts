import type { DiagnosticCode } from '../diagnostics/codes.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../diagnostics/diagnostic.ts';
import { refusalText } from '../diagnostics/render.ts';

/** What the embedded environment throws on purpose; the CLI prints it in one language. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  readonly code: DiagnosticCode;
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(refusalText(diagnostic).en, options);
    this.code = diagnostic.code;
    this.diagnostic = diagnostic;
  }
}

/** @param option how the user chooses another port, for example `--port` */
export function portInUse(port: number, purpose: Localized, option: string): EmbeddedError {
  return new EmbeddedError(diagnose('PORT_IN_USE', 'port', { port, purpose, option }));
}

/** How a process ended, as its `exit` event says. */
export function howExited(code: number | null, signal: NodeJS.Signals | null): Localized {
  if (signal !== null) return { zh: `信号 ${signal}`, en: `signal ${signal}` };
  return { zh: `退出码 ${code}`, en: `exit code ${code}` };
}

/** An error's own message, which is in no language of ours. */
export function inBoth(text: string): Localized {
  return { zh: text, en: text };
}

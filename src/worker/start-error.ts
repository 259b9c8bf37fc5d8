import type { DiagnosticCode } from '../diagnostics/codes.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Language } from '../diagnostics/diagnostic.ts';
import { refusalText, renderDiagnostics } from '../diagnostics/render.ts';

/** Why a worker cannot start; `main` prints it in one language and exits 2. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  /** Of the first problem. */
  readonly code: DiagnosticCode;
  readonly #diagnostics: readonly Diagnostic[];
  #folder: string | null = null;

  /** @param diagnostics one, or everything that is wrong with the project file */
  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => refusalText(each).en).join('\n'));
    this.code = diagnostics[0]?.code ?? 'BAD_PROJECT_FILE';
    this.#diagnostics = diagnostics;
  }

  /** The same, of one of several projects. */
  of(folder: string): this {
    this.#folder = folder;
    return this;
  }

  /** Code, sentence and what to do next; of a file, the places too. */
  in(language: Language): string {
    const text = this.#textIn(language);
    return this.#folder === null ? text : `${this.#folder}: ${text}`;
  }

  #textIn(language: Language): string {
    const [first, ...others] = this.#diagnostics;
    if (first !== undefined && first.place === undefined && others.length === 0)
      return refusalText(first)[language];
    return renderDiagnostics(this.#diagnostics, language);
  }
}

/** @throws WorkerStartError if neither runsheet.yaml nor an embedded component gives an address */
export function needed<T>(value: T | null, key: string): T {
  if (value !== null) return value;
  throw new WorkerStartError(diagnose('BAD_PROJECT_FILE', 'addressMissing', { key }));
}

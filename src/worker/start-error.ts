import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';

/** Why a worker cannot start; `main` prints it in one language and exits 2. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code: DiagnosticCode;
  readonly #text: Localized;
  readonly #remedy: Localized;

  constructor(code: DiagnosticCode, text: Localized, remedy: Localized) {
    super(`${code}: ${text.en}\n${remedy.en}`);
    this.code = code;
    this.#text = text;
    this.#remedy = remedy;
  }

  /** Code, sentence and, on a line of its own, what to do. */
  in(language: Language): string {
    return `${this.code}: ${this.#text[language]}\n${this.#remedy[language]}`;
  }
}

/** @throws WorkerStartError if neither runsheet.yaml nor an embedded component gives an address */
export function needed<T>(value: T | null, key: string): T {
  if (value !== null) return value;
  throw new WorkerStartError(
    'BAD_PROJECT_FILE',
    {
      zh: `没有 ${key}：runsheet.yaml 没有给出地址，内置组件也没有运行`,
      en: `no ${key}: runsheet.yaml gives no address and no embedded component is running`,
    },
    {
      zh: '请在 runsheet.yaml 中给出，或启动 runsheet dev',
      en: 'set it in runsheet.yaml, or start runsheet dev',
    },
  );
}

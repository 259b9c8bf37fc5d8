export type EmbeddedErrorCode =
  | 'NO_TEMPORAL_SERVER'
  | 'PORT_IN_USE'
  | 'ALREADY_RUNNING'
  | 'NO_WORKER'
  | 'NOT_ANSWERING';

/** The same sentence in both first-class languages. */
export interface BothLanguages {
  readonly zh: string;
  readonly en: string;
}

/** What the embedded environment throws on purpose; the CLI prints `text` and `remedy` in its language. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  /** The name that src/diagnostics/codes.ts has for it, where it has one. */
  readonly code: EmbeddedErrorCode;
  readonly text: BothLanguages;
  /** What to type next. */
  readonly remedy: BothLanguages;

  constructor(
    code: EmbeddedErrorCode,
    text: BothLanguages,
    remedy: BothLanguages,
    options?: ErrorOptions,
  ) {
    super(`${text.en}\n${remedy.en}`, options);
    this.code = code;
    this.text = text;
    this.remedy = remedy;
  }
}

/** @param option how the user chooses another port, for example `--port` */
export function portInUse(port: number, whatFor: BothLanguages, option: string): EmbeddedError {
  return new EmbeddedError(
    'PORT_IN_USE',
    {
      zh: `端口 ${port}（${whatFor.zh}）已被另一个程序占用`,
      en: `port ${port}, wanted for ${whatFor.en}, is used by another program`,
    },
    {
      zh: `换一个端口（${option} <端口>；0 表示任意空闲端口），或结束占用它的程序（lsof -i :${port} 可以找到它）`,
      en: `choose another with ${option} <port> (0: any free one), or end that program (lsof -i :${port} names it)`,
    },
  );
}

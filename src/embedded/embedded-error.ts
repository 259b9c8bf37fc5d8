export type EmbeddedErrorCode =
  | 'NO_TEMPORAL_SERVER'
  | 'PORT_IN_USE'
  | 'ALREADY_RUNNING'
  | 'NO_WORKER'
  | 'NOT_ANSWERING';

/** One sentence in both languages, as src/diagnostics has it: a renderer picks one. */
export interface Localized {
  readonly zh: string;
  readonly en: string;
}

/** What the embedded environment throws on purpose; the CLI prints `text` and `remedy` in one language. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  /** The same as in src/diagnostics/codes.ts, if it is listed there. */
  readonly code: EmbeddedErrorCode;
  readonly text: Localized;
  /** What to type next. */
  readonly remedy: Localized;

  constructor(code: EmbeddedErrorCode, text: Localized, remedy: Localized, options?: ErrorOptions) {
    super(`${text.en}\n${remedy.en}`, options);
    this.code = code;
    this.text = text;
    this.remedy = remedy;
  }
}

/** @param option how the user chooses another port, for example `--port` */
export function portInUse(port: number, whatFor: Localized, option: string): EmbeddedError {
  return new EmbeddedError(
    'PORT_IN_USE',
    {
      zh: `端口 ${port}（${whatFor.zh}）已被另一个程序占用`,
      en: `port ${port} (${whatFor.en}) is in use by another program`,
    },
    {
      zh: `换一个端口（${option} <端口>；0 表示任意空闲端口），或停止占用它的程序（用 lsof -i :${port} 查找）`,
      en: `choose another port with ${option} <port> (0: any free port), or stop that program (lsof -i :${port} finds it)`,
    },
  );
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

/** Follows a run: redrawn in place on a terminal, one line per event elsewhere. */
import type { RunsheetClient } from '../../client.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { refusalText } from '../../diagnostics/render.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { sayIn } from '../language.ts';
import { eventLines } from './events.ts';
import { renderRunSheet } from './run-sheet.ts';
import { visible } from './text.ts';

export interface FollowOptions {
  readonly language: Language;
  readonly json: boolean;
  /** Called with each status after it is shown, awaited; true: something else was printed since. */
  readonly onStatus?: (status: RunStatus) => Promise<boolean>;
  /** Ends it early, by its reason; absent: Ctrl-C and SIGTERM do, and it is said how to follow again. */
  readonly stop?: AbortSignal;
  /** The worker's silence is no surprise: nothing is said of it. */
  readonly expectsSilence?: true;
  /** How often the run is looked at, in ms; absent: as usual. */
  readonly intervalMs?: number;
  /** Where to write; default standard output, redrawn if that is a terminal. */
  readonly output?: FollowOutput;
}

export interface FollowOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Without an answer for this long, the person is told. */
const SILENCE_MS = 7_000;
/** Timers count down even if nothing else changes. */
const REDRAW_MS = 1_000;

/** @returns the exit code; Ctrl-C and SIGTERM leave the run going and says how to follow it again */
export async function follow(
  client: RunsheetClient,
  workflowId: string,
  options: FollowOptions,
): Promise<number> {
  const leave = options.stop === undefined ? leaveAtSignals() : leaveAt(options.stop);
  const { signal } = leave;
  const output: FollowOutput = options.output ?? process.stdout;
  const screen = screenFor(output, options);
  // While a question is open on the same terminal, nothing is drawn over it.
  let asking = false;
  const redraw = setInterval(() => asking || screen.again(), REDRAW_MS);
  let last: RunStatus | null = null;
  let saidSilence = false;
  const onSilence = (silentMs: number): void => {
    if (saidSilence || silentMs < SILENCE_MS || options.expectsSilence === true) return;
    saidSilence = true;
    screen.interrupt();
    process.stderr.write(`${silence(options.language)}\n`);
  };
  const { intervalMs } = options;
  const watching = { signal, onSilence, ...(intervalMs !== undefined && { intervalMs }) };
  try {
    for await (const status of client.watch(workflowId, watching)) {
      if (signal.aborted) break;
      screen.show(status);
      last = status;
      saidSilence = false;
      asking = true;
      if ((await options.onStatus?.(status)) === true) screen.interrupt();
      asking = false;
      if (status.outcome === 'needs_attention') return EXIT.needsAttention;
    }
  } finally {
    clearInterval(redraw);
    leave.forget();
  }
  options.stop?.throwIfAborted();
  if (signal.aborted) {
    process.stderr.write(`${comeBack(workflowId, options.language)}\n`);
    return leave.code();
  }
  screen.end();
  return conclude(client, workflowId, last, options);
}

interface Leave {
  readonly signal: AbortSignal;
  /** The exit code, where it was left. */
  code(): number;
  forget(): void;
}

function leaveAt(signal: AbortSignal): Leave {
  return { signal, code: () => EXIT.interrupted, forget: () => undefined };
}

function leaveAtSignals(): Leave {
  const stop = new AbortController();
  let code: number = EXIT.interrupted;
  const interrupt = (): void => stop.abort();
  const terminate = (): void => {
    code = EXIT.terminated;
    stop.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', terminate);
  return {
    signal: stop.signal,
    code: () => code,
    forget: () => void process.off('SIGINT', interrupt).off('SIGTERM', terminate),
  };
}

async function conclude(
  client: RunsheetClient,
  workflowId: string,
  last: RunStatus | null,
  { json, output = process.stdout }: FollowOptions,
): Promise<number> {
  const { failure } = await client.end(workflowId);
  const code = endCode(last, failure);
  if (json)
    output.write(
      `${JSON.stringify({ workflowId, outcome: last?.outcome ?? null, failure, exitCode: code })}\n`,
    );
  // A run that got as far as its steps shows its failure with them.
  else if (failure !== null && (last === null || last.failure === null))
    process.stderr.write(`${visible(failure.type)}: ${failure.message}\n`);
  return code;
}

/** A run that ended before it had steps was refused: nothing was changed. */
export function endCode(last: RunStatus | null, failure: { readonly type: string } | null): number {
  // One that was taken back before it began has no steps either.
  if (last !== null && (last.steps.length > 0 || last.outcome === 'cancelled'))
    return exitCodeOf(last.outcome, last.rollback.length > 0);
  if (failure === null) return EXIT.succeeded;
  return REFUSALS.has(failure.type) ? EXIT.badInput : EXIT.other;
}

const REFUSALS: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'UNKNOWN_TEMPLATE',
  'BAD_TEMPLATE',
  'BAD_PROJECT_FILE',
]);

interface Screen {
  show(status: RunStatus): void;
  /** Draws the same status again: timers have moved. */
  again(): void;
  /** Something else was printed: the next drawing goes below it. */
  interrupt(): void;
  /** Draws the last status in full, whatever the window's height. */
  end(): void;
}

function screenFor(output: FollowOutput, options: FollowOptions): Screen {
  if (!options.json && output.isTTY === true) return redrawnScreen(output, options.language);
  let last: RunStatus | null = null;
  const nothing = (): void => undefined;
  return {
    show(status) {
      if (options.json) output.write(`${JSON.stringify(status)}\n`);
      else for (const line of eventLines(last, status, options.language)) output.write(`${line}\n`);
      last = status;
    },
    again: nothing,
    interrupt: nothing,
    end: nothing,
  };
}

function redrawnScreen(output: FollowOutput, language: Language): Screen {
  let drawn = 0;
  let status: RunStatus | null = null;
  const draw = (whole: boolean): void => {
    if (status === null) return;
    const view = { language, color: true, width: output.columns ?? 80 };
    const room = (output.rows ?? 50) - 1;
    const all = renderRunSheet(status, view);
    const lines =
      whole || all.length <= room
        ? all
        : renderRunSheet(status, { ...view, compact: true }).slice(-room);
    const up = drawn > 0 ? `\u001b[${drawn}A\r` : '';
    // Each line is cleared after its text, so that nothing flickers.
    output.write(`${up}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    drawn = lines.length;
  };
  return {
    show(now) {
      status = now;
      draw(false);
    },
    again: () => draw(false),
    interrupt() {
      drawn = 0;
    },
    end: () => draw(true),
  };
}

function comeBack(workflowId: string, language: Language): string {
  const command = `runsheet status ${workflowId} --watch`;
  return sayIn(language)({
    zh: `\n发布单仍在执行。继续跟踪：${command}`,
    en: `\nThe run continues. To follow it again: ${command}`,
  });
}

function silence(language: Language): string {
  return refusalText(diagnose('NO_WORKER', 'silent', {}))[language];
}

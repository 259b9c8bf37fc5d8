import { diagnose } from '../../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts';
import type { RunRef } from '../../../plan/run.ts';
import { diagnosed } from '../../failures.ts';
import type { Ran } from '../project-commands.ts';
import { ReportError, type Words } from './report-error.ts';

export interface ReportTrouble {
  /** What is said of a report that cannot be used. */
  readonly bad: (trouble: Trouble) => Diagnostic;
  /** Whose report it is. */
  readonly about: Words;
  /** Absent: nothing has run yet. */
  readonly ran: Ran | null;
  /** The settings to check. */
  readonly settings: Words;
}

export interface Trouble {
  readonly problem: Words;
  /** Where to look. */
  readonly place: string;
  readonly settings: Words;
}

/** Runs work on reports: one that cannot be read or trusted fails, with what to look at. */
export async function trusted<T>(
  { run }: { readonly run: RunRef },
  { bad, about, ran, settings }: ReportTrouble,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const isOutside = error.message.startsWith('PATH_OUTSIDE_PROJECT');
    const place = ran === null ? 'runsheet.yaml' : `\`${ran.log}\``;
    const trouble = { problem: error.words, place, settings };
    throw diagnosed(
      run,
      isOutside ? diagnose('PATH_OUTSIDE_PROJECT', 'report', { ...trouble, about }) : bad(trouble),
    );
  }
}

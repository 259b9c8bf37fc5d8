import { say } from '../../../diagnostics/language.ts';
import type { RunRef } from '../../../plan/run.ts';
import { problem } from '../../failures.ts';
import type { Ran } from '../project-commands.ts';
import { ReportError, type Words } from './report-error.ts';

export interface ReportTrouble {
  /** Stable type of the failure. */
  readonly code: 'BAD_REPORT' | 'NO_TEST_REPORT';
  /** Whose report it is. */
  readonly about: string;
  /** Absent: nothing has run yet. */
  readonly ran: Ran | null;
  /** The settings to check. */
  readonly settings: Words;
}

/** Runs work on reports: one that cannot be read or trusted fails, with what to look at. */
export async function trusted<T>(
  input: { readonly run: RunRef },
  { code, about, ran, settings }: ReportTrouble,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const isOutside = error.message.startsWith('PATH_OUTSIDE_PROJECT');
    const place = ran?.log ?? 'runsheet.yaml';
    const { zh, en } = error.words;
    throw problem({
      code: isOutside ? 'PATH_OUTSIDE_PROJECT' : code,
      message: say(input.run, `${about}：${zh}。`, `${about}: ${en}.`),
      remedy: say(
        input.run,
        `请查看 ${place}，并检查${settings.zh}。`,
        `See ${place}, and check ${settings.en}.`,
      ),
    });
  }
}

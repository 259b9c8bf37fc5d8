/** Which files are reports of this very run: neither files of the source, nor left by an earlier one. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { say } from '../../../diagnostics/language.ts';
import type { RunRef } from '../../../plan/run.ts';
import { line } from '../../evidence.ts';
import { ReportError, type Words } from './report-error.ts';
import { findReports, isFresh, type ReportFile, readReport } from './report-files.ts';

const SHOWN_FILES = 3;

/** Files of the source that a report could be mistaken for, with the digest of their content. */
export type PinnedReports = ReadonlyMap<string, string>;

export interface ReportText {
  /** Relative to the checkout. */
  readonly path: string;
  readonly text: string;
}

export interface RunReports {
  readonly texts: readonly ReportText[];
  /** Files of the source that this run has written over: their content is not what was pinned. */
  readonly overwritten: readonly string[];
  /** Why a file that matches is no report of this run; null: every one is. */
  readonly passedOver: Words | null;
}

/** @param source the files of the source; as they are now, that is as pinned */
export async function pinReports(
  folder: string,
  globs: readonly string[],
  source: ReadonlySet<string>,
): Promise<PinnedReports> {
  const files = (await findReports(folder, globs)).filter((file) => source.has(file.path));
  const pinned = new Map<string, string>();
  for (const { path } of files) pinned.set(path, await digestOf(join(folder, path)));
  return pinned;
}

/**
 * Takes earlier reports away before a command runs, so that none is mistaken for its own. A file of
 * the source stays.
 */
export async function clearReports(
  folder: string,
  globs: readonly string[],
  source: ReadonlySet<string>,
): Promise<PinnedReports> {
  for (const { path } of await findReports(folder, globs)) {
    if (!source.has(path)) await rm(join(folder, path), { force: true });
  }
  return pinReports(folder, globs, source);
}

/**
 * The reports that were written since that moment. A file of the source is one only where its
 * content has changed: a new time alone comes from the checkout.
 */
export async function readRunReports(
  folder: string,
  globs: readonly string[],
  pinned: PinnedReports,
  sinceMs: number,
): Promise<RunReports> {
  const texts: ReportText[] = [];
  const overwritten: string[] = [];
  let passedOver: Words | null = null;
  for (const file of await findReports(folder, globs)) {
    const reason = await whyPassedOver(folder, file, pinned, sinceMs);
    if (reason !== null) {
      passedOver ??= reason;
      continue;
    }
    texts.push({ path: file.path, text: await readReport(folder, file.path) });
    if (pinned.has(file.path)) overwritten.push(file.path);
  }
  return { texts, overwritten, passedOver };
}

/** @param words that nothing was written; why a file that matches does not count is said as well */
export function nothingWritten(
  { zh, en }: Words,
  { passedOver }: Pick<RunReports, 'passedOver'>,
): ReportError {
  if (passedOver === null) return new ReportError({ zh, en });
  return new ReportError({ zh: `${zh}；${passedOver.zh}`, en: `${en}; ${passedOver.en}` });
}

/** A report that is a file of the source counts where the run has changed it, and that is said. */
export function describeOverwritten(run: RunRef, paths: readonly string[]): readonly string[] {
  return paths
    .slice(0, SHOWN_FILES)
    .map((path) =>
      line(
        say(
          run,
          `${path} 是源代码中的文件，本次运行改写了它，读取的是改写后的内容`,
          `${path} is a file of the source; this run has written over it, and its new content was read`,
        ),
      ),
    );
}

/** Reads one report; what is wrong with it names its file. */
export function parseReport<T>({ path, text }: ReportText, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    throw error instanceof ReportError ? error.of(path) : error;
  }
}

async function whyPassedOver(
  folder: string,
  file: ReportFile,
  pinned: PinnedReports,
  sinceMs: number,
): Promise<Words | null> {
  const { path } = file;
  const before = pinned.get(path);
  if (before !== undefined && (await digestOf(join(folder, path))) === before) {
    return {
      zh: `${path} 是源代码中的文件，本次运行没有改动它，因此不作为报告读取；请把它移出源代码，或让工具写到别处`,
      en: `${path} is a file of the source that this run has left as it was, so it is not read as a report; take it out of the source, or let the tool write elsewhere`,
    };
  }
  if (isFresh(file, sinceMs)) return null;
  return { zh: `${path} 早于本次运行`, en: `${path} is older than this run` };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

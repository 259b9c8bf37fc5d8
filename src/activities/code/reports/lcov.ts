/** LCOV: the DA lines decide; what LF and LH say beyond them can only lower the figure. */
import type { Coverage } from './line-coverage.ts';
import { ReportError } from './report-error.ts';

/** What is known of one source file, which several records may be about. */
interface File {
  readonly covered: Map<number, boolean>;
  /** Lines that a record counts (LF) and does not list, and those of them that it calls hit. */
  unlisted: number;
  unlistedHit: number;
  /** Lines that are listed as hit and that LH does not count. */
  contradicted: number;
}

/** One section, from SF to end_of_record. */
interface Section {
  readonly file: File;
  readonly lines: Map<number, boolean>;
  found: number | null;
  hit: number | null;
}

const DA = /^(\d+),([+-]?\d+)(?:,.*)?$/;
const COUNT = /^\d+$/;
/** A count that has run over: what is below 0 in the tool is this large in its report. */
const OVERFLOW = 2 ** 63;

/** Whether a text has anything of LCOV; the reader then says what is wrong with it. */
export function isLcov(text: string): boolean {
  return /^(?:SF|DA):/m.test(text);
}

/**
 * Lines that were executed: a count above 0. A line that is listed twice is one line, and covered if
 * any of its counts is above 0.
 * @throws ReportError for a malformed line, with its number, and for a report that is cut off
 */
export function readLcov(text: string): Coverage {
  const files = new Map<string, File>();
  let section: Section | null = null;
  let isEnded = false;
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (const [at, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line === 'end_of_record') {
      if (section !== null) close(section);
      section = null;
      isEnded = true;
      continue;
    }
    const [, key, value] = /^([A-Z]+):(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw malformed(line, at + 1);
    if (key === 'SF' && section !== null) close(section);
    if (key === 'SF') section = openSection(files, value);
    if (key !== 'DA' && key !== 'LF' && key !== 'LH') continue;
    section ??= openSection(files, '');
    take(section, key, value, line, at + 1);
  }
  if (section !== null && isEnded) {
    const words = {
      zh: '报告不完整：最后一条记录没有 end_of_record',
      en: 'the report is cut off: its last record has no end_of_record',
    };
    throw new ReportError(words, lines.length);
  }
  if (section !== null) close(section);
  return total([...files.values()]);
}

function openSection(files: Map<string, File>, path: string): Section {
  const known = files.get(path);
  const file = known ?? { covered: new Map(), unlisted: 0, unlistedHit: 0, contradicted: 0 };
  files.set(path, file);
  return { file, lines: new Map(), found: null, hit: null };
}

function take(
  section: Section,
  key: 'DA' | 'LF' | 'LH',
  value: string,
  line: string,
  at: number,
): void {
  if (key === 'DA') {
    const [, number, count] = DA.exec(value) ?? [];
    if (number === undefined || count === undefined || Number(number) === 0) {
      throw malformed(line, at);
    }
    const isHit = Number(count) > 0 && Number(count) < OVERFLOW;
    section.lines.set(Number(number), isHit || section.lines.get(Number(number)) === true);
    return;
  }
  if (!COUNT.test(value)) throw malformed(line, at);
  if (key === 'LF') section.found = Number(value);
  else section.hit = Number(value);
  const { found, hit } = section;
  if (found === null || hit === null || hit <= found) return;
  const zh = `LH:${hit} 大于 LF:${found}`;
  throw new ReportError({ zh, en: `LH:${hit} is more than LF:${found}` }, at);
}

function close({ file, lines, found, hit }: Section): void {
  const listedHit = [...lines.values()].filter(Boolean).length;
  const unlisted = Math.max(0, (found ?? 0) - lines.size);
  file.unlisted = Math.max(file.unlisted, unlisted);
  if (lines.size === 0) file.unlistedHit = Math.max(file.unlistedHit, Math.min(hit ?? 0, unlisted));
  else file.contradicted = Math.max(file.contradicted, listedHit - (hit ?? listedHit));
  for (const [line, isHit] of lines)
    file.covered.set(line, isHit || file.covered.get(line) === true);
}

function total(files: readonly File[]): Coverage {
  let lines = 0;
  let coveredLines = 0;
  for (const file of files) {
    const listedHit = [...file.covered.values()].filter(Boolean).length;
    lines += file.covered.size + file.unlisted;
    coveredLines += Math.max(0, listedHit - file.contradicted) + file.unlistedHit;
  }
  return { lines, coveredLines };
}

function malformed(line: string, at: number): ReportError {
  const shown = JSON.stringify(line.slice(0, 80));
  return new ReportError({ zh: `${shown} 不是 LCOV`, en: `${shown} is no line of LCOV` }, at);
}

import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ReportError } from './report-error.ts';

const LARGEST_BYTES = 32 * 1024 * 1024;
const MOST_FILES = 10_000;
const MOST_ENTRIES = 500_000;
/** File times come from a coarser clock than the one that the start of a command is read from. */
const CLOCK_SLACK_MS = 50;

export interface ReportFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly modifiedAtMs: number;
}

/** `*` within a name, `**` over folders, `?` one character, `{a,b}` either. */
export function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/^\.\//, '')
    .replaceAll(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^${}()|[\]\\]/g, (token) => {
      if (token === '**/') return '(?:[^/]+/)*';
      if (token === '**') return '.*';
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      if (token.length > 1) {
        return `(?:${token.slice(1, -1).split(',').map(escapeText).join('|')})`;
      }
      return `\\${token}`;
    });
  return new RegExp(`^${source}$`, 'u');
}

/**
 * Files of a folder that match any of the globs, sorted. Links are not followed, and what was
 * installed or is history is not looked through.
 */
export async function findReports(
  folder: string,
  globs: readonly string[],
): Promise<readonly ReportFile[]> {
  for (const glob of globs) refuseOutside(glob);
  const patterns = globs.map(globToRegExp);
  const found: ReportFile[] = [];
  const pending = [folder];
  let entries = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      entries += 1;
      const path = join(next, entry.name);
      const name = relative(folder, path).split(sep).join('/');
      if (entry.isDirectory() && !isInstalled(entry.name)) pending.push(path);
      if (!entry.isFile() || !patterns.some((pattern) => pattern.test(name))) continue;
      found.push({ path: name, modifiedAtMs: (await lstat(path)).mtimeMs });
    }
    if (found.length > MOST_FILES || entries > MOST_ENTRIES) {
      throw new ReportError({
        zh: `有超过 ${MOST_FILES} 个文件匹配 ${globs.join(', ')}`,
        en: `more than ${MOST_FILES} files match ${globs.join(', ')}`,
      });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a file was written since that moment; a file that was copied in with its old time was not. */
export function isFresh(file: ReportFile, sinceMs: number): boolean {
  return file.modifiedAtMs >= sinceMs - CLOCK_SLACK_MS;
}

/** @throws ReportError for a file that is too large, or that a link leads out of the folder for */
export async function readReport(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  const inside = relative(await realpath(folder), await realpath(file));
  if (inside.startsWith('..')) {
    throw new ReportError({
      zh: `PATH_OUTSIDE_PROJECT: ${path} 在检出目录之外`,
      en: `PATH_OUTSIDE_PROJECT: ${path} is outside of the checkout`,
    });
  }
  const { size } = await lstat(file);
  if (size > LARGEST_BYTES) {
    throw new ReportError({
      zh: `TOO_LARGE: ${path} 有 ${size} 字节，最多读取 ${LARGEST_BYTES} 字节`,
      en: `TOO_LARGE: ${path} has ${size} bytes, at most ${LARGEST_BYTES} are read`,
    });
  }
  return decoded(await readFile(file));
}

/** Windows shells write UTF-16 where output is sent to a file; the mark at its beginning says so. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return bytes.toString('utf8');
}

function refuseOutside(glob: string): void {
  if (!glob.startsWith('/') && !glob.split('/').includes('..')) return;
  throw new ReportError({
    zh: `PATH_OUTSIDE_PROJECT: 报告路径 ${glob} 在检出目录之外`,
    en: `PATH_OUTSIDE_PROJECT: the report path ${glob} leaves the checkout`,
  });
}

function isInstalled(name: string): boolean {
  return name === 'node_modules' || name === '.git' || name === '.venv';
}

function escapeText(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

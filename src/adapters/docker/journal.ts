/**
 * What the engine does not keep: which releases were fetched for a service and in which order, how often
 * each container was started here, by which run, and how a container was set that somebody else had made. One line of JSON each, in the server's base folder.
 */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { phrase, refusal } from '../refusal.ts';
import { assertReadable, SCHEMA } from '../shell/schema.ts';

export interface StartEntry {
  readonly kind: 'start';
  readonly id: string;
  readonly startedAt: string;
  readonly digest: string;
  readonly run: string;
}

/** A container that a person or another tool had made, as it was before the first change to it. */
export interface AdoptedEntry {
  readonly kind: 'adopted';
  readonly id: string;
  readonly restart: string;
}

export interface FetchEntry {
  readonly kind: 'fetch';
  /** As it was asked for: `host/repository@sha256:…`. */
  readonly image: string;
}

export type JournalEntry = StartEntry | AdoptedEntry | FetchEntry;

/** What an entry of each kind has. */
const FIELDS = {
  start: ['id', 'startedAt', 'digest', 'run'],
  adopted: ['id', 'restart'],
  fetch: ['image'],
} as const satisfies Readonly<Record<JournalEntry['kind'], readonly string[]>>;

const SCRIPT_TIMEOUT_MS = 30_000;
/** More than that many are cut to the newest KEPT_ENTRIES after a run. */
const MOST_ENTRIES = 400;
const KEPT_ENTRIES = 200;

const APPEND = 'mkdir -p -- "$1" && cat >> "$1/journal"';

/**
 * Without starting a program there: it is read at every look at the server.
 * @throws PortError NEWER_RUNSHEET
 */
export async function readJournal(host: ServerHost, service: string): Promise<JournalEntry[]> {
  const file = `${folderOf(host, service)}/journal`;
  const content = await host.readFile(file);
  return (content?.toString('utf8') ?? '').split('\n').flatMap((line) => {
    const { schema, ...entry } = readLine(line);
    assertReadable(host.name, file, schema);
    return isEntry(entry) ? [entry] : [];
  });
}

/**
 * Keeps it short. Of others, only a run that waits for this one may write meanwhile: that it has fetched
 * a release. Where that is lost, the release stays until a run has succeeded.
 */
export async function cutJournal(
  host: ServerHost,
  service: string,
  entries: readonly JournalEntry[],
): Promise<void> {
  if (entries.length <= MOST_ENTRIES) return;
  const lines = entries.slice(-KEPT_ENTRIES).map(lineOf);
  await host.writeFile(`${folderOf(host, service)}/journal`, lines.join(''));
}

/** @throws PortError where the login may not write below the base folder */
export async function appendJournal(
  host: ServerHost,
  service: string,
  entry: JournalEntry,
): Promise<void> {
  const folder = folderOf(host, service);
  const { exitCode, stderr } = await host.exec(['sh', '-c', APPEND, 'sh', folder], {
    stdin: lineOf(entry),
    timeoutMs: SCRIPT_TIMEOUT_MS,
  });
  if (exitCode !== 0) throw notWritable(host, stderr);
}

export function notWritable(host: ServerHost, reason: string): PortError {
  const named = { server: host.name, folder: host.baseFolder, said: phrase(reason) };
  return refusal('refused', host.name, diagnose('BASE_FOLDER', 'denied', named));
}

export function folderOf(host: ServerHost, service: string): string {
  return `${host.baseFolder}/services/${service}`;
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify({ schema: SCHEMA, ...entry })}\n`;
}

/** A line that was cut short by a crash says nothing. */
function readLine(line: string): Readonly<Record<string, unknown>> {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? { ...entry } : {};
  } catch {
    return {};
  }
}

function isEntry(value: object): value is JournalEntry {
  if (!('kind' in value) || !isKind(value.kind)) return false;
  return FIELDS[value.kind].every((name) => typeof Reflect.get(value, name) === 'string');
}

function isKind(kind: unknown): kind is JournalEntry['kind'] {
  return typeof kind === 'string' && Object.hasOwn(FIELDS, kind);
}

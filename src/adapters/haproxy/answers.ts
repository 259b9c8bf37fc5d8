/** What HAProxy's runtime API answers, as data. Pure; columns are found by their names. */
import type { Localized } from '../../diagnostics/language.ts';

/** One line of `show stat`: a backend, or a server in it. */
export interface Counters {
  readonly proxy: string;
  readonly name: string;
  readonly kind: 'frontend' | 'backend' | 'server' | 'socket';
  readonly isBackup: boolean;
  /**
   * Requests in flight: those that the server has and those that wait in its queue. In HTTP mode a
   * stream ends with its answer, so that idle keep-alive connections are not counted; upgraded ones are.
   */
  readonly active: number;
  /** Given to it, and not given to another afterwards because it refused the connection. */
  readonly requests: number;
  readonly errors: number;
  /** Of a backend: without any server that takes requests, in whole seconds. */
  readonly downtimeSeconds: number;
}

/** One line of `show servers state`. */
export interface ServerState {
  readonly backend: string;
  readonly name: string;
  readonly admin: 'ready' | 'drain' | 'maint';
  /** Why HAProxy itself keeps it out; null where an operator or the configuration did. */
  readonly held: Localized | null;
  /** Whether its checks, where it has any, let requests through. */
  readonly isUp: boolean;
  readonly weight: number;
}

export interface ProcessInfo {
  /** Process id and start: another one after each reload. */
  readonly process: string;
  /** It has been told to end: another one has its place. */
  readonly isLeaving: boolean;
  /** Connections of clients. */
  readonly connections: number;
}

const KINDS = ['frontend', 'backend', 'server', 'socket'] as const;

export function parseCounters(text: string): readonly Counters[] {
  return rowsOf(text, splitCsv).map((row) => ({
    proxy: row['pxname'] ?? '',
    name: row['svname'] ?? '',
    kind: KINDS[numberOf(row['type'])] ?? 'socket',
    isBackup: numberOf(row['bck']) > 0,
    active: numberOf(row['scur']) + numberOf(row['qcur']),
    requests: Math.max(0, numberOf(row['stot']) - numberOf(row['wredis'])),
    errors: numberOf(row['hrsp_5xx']) + numberOf(row['econ']) + numberOf(row['eresp']),
    downtimeSeconds: numberOf(row['downtime']),
  }));
}

/** Bits of srv_admin_state that take a server out. CMAINT (4) only tells that the configuration once did. */
const FORCED_MAINT = 0x01;
const INHERITED_MAINT = 0x02;
const UNRESOLVED = 0x20;
const DRAIN = 0x08 | 0x10;
/** srv_op_state: stopped 0, starting 1, running 2, stopping 3. */
const TAKES_REQUESTS: readonly number[] = [1, 2];

export function parseServersState(text: string): readonly ServerState[] {
  return rowsOf(text, (line) => line.split(' ')).map((row) => {
    const bits = numberOf(row['srv_admin_state']);
    return {
      backend: row['be_name'] ?? '',
      name: row['srv_name'] ?? '',
      admin: adminOf(bits),
      held: heldBy(bits),
      isUp: TAKES_REQUESTS.includes(numberOf(row['srv_op_state'])),
      weight: numberOf(row['srv_uweight']),
    };
  });
}

function adminOf(bits: number): ServerState['admin'] {
  if ((bits & (FORCED_MAINT | INHERITED_MAINT | UNRESOLVED)) !== 0) return 'maint';
  return (bits & DRAIN) === 0 ? 'ready' : 'drain';
}

function heldBy(bits: number): Localized | null {
  if ((bits & FORCED_MAINT) !== 0) return null;
  if ((bits & UNRESOLVED) !== 0)
    return { zh: '它的主机名无法解析', en: 'its name does not resolve' };
  if ((bits & INHERITED_MAINT) === 0) return null;
  return { zh: '它所跟踪的服务器处于维护状态', en: 'the server that it tracks is in maintenance' };
}

export function parseInfo(text: string): ProcessInfo | null {
  const lines = text.split('\n').map((line) => line.split(': '));
  const value = (key: string): string => lines.find(([name]) => name === key)?.[1]?.trim() ?? '';
  if (value('Pid') === '') return null;
  return {
    process: `${value('Pid')}@${value('Start_time_sec')}`,
    isLeaving: numberOf(value('Stopping')) !== 0,
    connections: numberOf(value('CurrConns')),
  };
}

/** Entries of a map: an address in memory, the key, the value. */
export function parseMap(text: string): Readonly<Record<string, string>> {
  const entries = text.split('\n').flatMap((line) => {
    const [address, key, ...value] = line.split(' ');
    return address?.startsWith('0x') === true && key !== undefined ? [[key, value.join(' ')]] : [];
  });
  return Object.fromEntries(entries);
}

export function parseBackends(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** What an answer refuses; null: it is no refusal. */
export type Refusal = 'no-permission' | 'no-backend' | 'no-server' | 'no-map' | 'other';

const REFUSALS: readonly (readonly [RegExp, Refusal])[] = [
  [/^Permission denied/u, 'no-permission'],
  [/^(?:No such backend|No such proxy|Can't find backend)/u, 'no-backend'],
  [/^No such server/u, 'no-server'],
  [/^Unknown map identifier/u, 'no-map'],
];

/** @param isSilent the command answers nothing where it has done its work */
export function refusalOf(answer: string, isSilent: boolean): Refusal | null {
  const text = answer.trim();
  const known = REFUSALS.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  return (isSilent && text !== '') || text.startsWith('Unknown command') ? 'other' : null;
}

/** A line that begins with `#` names the columns of those that follow. */
function rowsOf(
  text: string,
  split: (line: string) => readonly string[],
): readonly Readonly<Record<string, string>>[] {
  let columns: readonly string[] | null = null;
  const rows: Record<string, string>[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) columns = split(line.slice(2));
    else if (columns !== null && line !== '') {
      const fields = split(line);
      rows.push(Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? ''])));
    }
  }
  return rows;
}

/** Fields may be quoted, with `""` for a quote. */
function splitCsv(line: string): readonly string[] {
  const fields: string[] = [];
  const pattern = /"((?:[^"]|"")*)"(?:,|$)|([^,]*)(?:,|$)/uy;
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return fields;
}

function numberOf(text: string | undefined): number {
  const value = Number(text ?? '');
  return Number.isFinite(value) ? value : 0;
}

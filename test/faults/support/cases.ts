/** Which faults there are to try: every kind, at every activity that a run has. */
import type { ActivityPlace, Note } from './notes.ts';

/** The worker is killed before an activity, in its middle, or after its work, before it answers. */
export const BOUNDARIES = ['before', 'during', 'after'] as const;
/**
 * Or it lives: the work is done and the answer lost; no sign of life comes; it fails twice and then
 * works; it fails for good.
 */
export const KINDS = [...BOUNDARIES, 'lost', 'hangs', 'fails-twice', 'fails'] as const;
export type Kind = (typeof KINDS)[number];

export const SIGNALS = ['SIGKILL', 'SIGSTOP', 'SIGTERM'] as const;
export type Signal = (typeof SIGNALS)[number];

export interface Fault extends Omit<ActivityPlace, 'workflowId'> {
  readonly kind: Kind;
  readonly isLocal: boolean;
  /** How: killed, frozen until the run has ended, or, of `during` alone, told to end. */
  readonly signal: Signal;
  /** Of `during`: a quarter of what it took in the good run. */
  readonly afterMs: number;
}

/** One run with its fault. */
export interface FaultCase extends Fault {
  /** Makes the run roll back first; the fault is in what it does then. null: none. */
  readonly because: Fault | null;
}

/** What `--fault STEP:KIND` asks for; null: any. */
export interface Wanted {
  readonly step: number | null;
  readonly kind: Kind | null;
}

/** Of a quicker activity there is no middle that a kill could land in. */
const LEAST_MS = 200;
/** What each signal is for. */
const KINDS_OF: Readonly<Record<Signal, readonly Kind[]>> = {
  SIGKILL: KINDS,
  SIGSTOP: BOUNDARIES,
  SIGTERM: ['during'],
};

/**
 * @param notes of a run without that fault
 * @param signal SIGSTOP: nothing but the boundaries; SIGTERM: only the middles
 * @param leastMs what has a middle takes so long
 */
export function casesOf(
  notes: readonly Note[],
  wanted: readonly Wanted[],
  signal: Fault['signal'],
  leastMs = LEAST_MS,
): readonly FaultCase[] {
  const kinds = KINDS_OF[signal];
  const all = placesOf(notes).flatMap(({ tookMs, ...place }) =>
    kinds.flatMap((kind) =>
      isPossible(kind, place.isLocal, tookMs >= leastMs)
        ? [{ ...place, kind, signal, afterMs: Math.round(tookMs / 4), because: null }]
        : [],
    ),
  );
  return all.filter((each) => wanted.length === 0 || wanted.some((one) => isWanted(each, one)));
}

/**
 * The same for what a run does in order to roll back.
 * @param good notes of a run that succeeded
 * @param failed notes of one that rolled back because of `because`
 */
export function undoingCasesOf(
  good: readonly Note[],
  failed: readonly Note[],
  because: Fault,
  { wanted, signal }: { readonly wanted: readonly Wanted[]; readonly signal: Fault['signal'] },
): readonly FaultCase[] {
  const known = new Set(placesOf(good).map(keyOf));
  const undoing = failed.filter((each) => !known.has(keyOf(each)));
  return casesOf(undoing, wanted, signal).map((each) => ({ ...each, because }));
}

/** The place that fails for good where a run is to roll back: the last of that name. */
export function failureAt(notes: readonly Note[], activity: string): Fault {
  const place = placesOf(notes).findLast((each) => each.activity === activity);
  if (place === undefined) throw new Error(`a good run has no activity ${activity}`);
  const { step, server, isLocal } = place;
  return { step, activity, server, isLocal, kind: 'fails', signal: 'SIGKILL', afterMs: 0 };
}

interface Place extends Omit<ActivityPlace, 'workflowId'> {
  readonly isLocal: boolean;
  readonly tookMs: number;
}

function placesOf(notes: readonly Note[]): readonly Place[] {
  const places = new Map<string, Place>();
  for (const [index, note] of notes.entries()) {
    const key = keyOf(note);
    if (note.at !== 'begin' || places.has(key)) continue;
    const { step, activity, server, isLocal } = note;
    const ended = notes.slice(index).find((each) => each.at === 'end' && keyOf(each) === key);
    const tookMs = ended === undefined ? 0 : ended.atMs - note.atMs;
    places.set(key, { step, activity, server, isLocal, tookMs });
  }
  return [...places.values()];
}

function keyOf({ step, activity, server }: Omit<ActivityPlace, 'workflowId'>): string {
  return `${step} ${activity} ${server}`;
}

/** The server waits for no sign of life of a local activity. */
function isPossible(kind: Kind, isLocal: boolean, hasMiddle: boolean): boolean {
  if (kind === 'during') return hasMiddle;
  return kind !== 'hangs' || !isLocal;
}

/** At most so many of each step, spread evenly over its activities and kinds. */
export function sampleOf(cases: readonly FaultCase[], most: number): readonly FaultCase[] {
  const steps = [...new Set(cases.map(({ step }) => step))];
  return steps.flatMap((step) => {
    const all = cases.filter((each) => each.step === step);
    const count = Math.min(most, all.length);
    const ranks = Array.from({ length: count }, (_, rank) => rank);
    return ranks.flatMap((rank) => all[Math.floor(((rank + 0.5) * all.length) / count)] ?? []);
  });
}

function isWanted(each: Fault, { step, kind }: Wanted): boolean {
  return (step === null || each.step === step) && (kind === null || each.kind === kind);
}

/** @throws where it is neither STEP, STEP:KIND nor :KIND */
export function wantedOf(text: string): Wanted {
  const [, step = '', name] = /^(\d*)(?::([\w-]+))?$/u.exec(text) ?? [];
  const kind = KINDS.find((each) => each === name);
  if (text === '' || (step === '' && kind === undefined) || (name ?? '') !== (kind ?? '')) {
    throw new Error(`--fault ${text}: write STEP, STEP:KIND or :KIND; kinds: ${KINDS.join(', ')}`);
  }
  return { step: step === '' ? null : Number(step), kind: kind ?? null };
}

export function isKill({ kind }: Fault): boolean {
  return BOUNDARIES.some((each) => each === kind);
}

export function nameOf({ because, step, activity, server, kind, signal }: FaultCase): string {
  const undoing = because === null ? '' : 'rollback:';
  const how = signal === 'SIGKILL' ? '' : signal;
  const words = [undoing, step ?? '-', activity, server ?? '', kind, how];
  return words.join(' ').trim().replace(/ +/gu, ' ');
}

/** Which kills there are to try: every boundary of every activity that a good run has. */
import type { ActivityPlace, Note } from './notes.ts';

export const BOUNDARIES = ['before', 'during', 'after'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

export interface FaultCase extends Omit<ActivityPlace, 'workflowId'> {
  readonly boundary: Boundary;
  readonly isLocal: boolean;
  /** How: killed, or, of `during` alone, told to end. */
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** Of `during`: a quarter of what it took in the good run. */
  readonly afterMs: number;
}

/** What `--fault STEP:BOUNDARY` asks for; null: any. */
export interface Wanted {
  readonly step: number | null;
  readonly boundary: Boundary | null;
}

/** Of a quicker activity there is no middle that a kill could land in. */
const LEAST_MS = 200;

/** @param notes of a good run */
export function casesOf(
  notes: readonly Note[],
  wanted: readonly Wanted[],
  signal: FaultCase['signal'],
): readonly FaultCase[] {
  const seen = new Set<string>();
  const cases: FaultCase[] = [];
  for (const [index, note] of notes.entries()) {
    const { step, activity, server, isLocal } = note;
    const key = `${step} ${activity} ${server}`;
    if (note.at !== 'begin' || seen.has(key)) continue;
    seen.add(key);
    const ended = notes
      .slice(index)
      .find((each) => each.at === 'end' && `${each.step} ${each.activity} ${each.server}` === key);
    const tookMs = ended === undefined ? 0 : ended.atMs - note.atMs;
    for (const boundary of BOUNDARIES) {
      if (boundary === 'during' && tookMs < LEAST_MS) continue;
      if (boundary !== 'during' && signal === 'SIGTERM') continue;
      const afterMs = Math.round(tookMs / 4);
      cases.push({ step, activity, server, isLocal, boundary, signal, afterMs });
    }
  }
  return cases.filter((each) => wanted.length === 0 || wanted.some((one) => isWanted(each, one)));
}

/** At most so many of each step, spread evenly over its activities and boundaries. */
export function sampleOf(cases: readonly FaultCase[], most: number): readonly FaultCase[] {
  const steps = [...new Set(cases.map(({ step }) => step))];
  return steps.flatMap((step) => {
    const all = cases.filter((each) => each.step === step);
    const count = Math.min(most, all.length);
    const ranks = Array.from({ length: count }, (_, rank) => rank);
    return ranks.flatMap((rank) => all[Math.floor(((rank + 0.5) * all.length) / count)] ?? []);
  });
}

function isWanted(each: FaultCase, { step, boundary }: Wanted): boolean {
  return (step === null || each.step === step) && (boundary === null || each.boundary === boundary);
}

/** @throws where it is neither STEP, STEP:BOUNDARY nor :BOUNDARY */
export function wantedOf(text: string): Wanted {
  const [, step = '', boundary] = /^(\d*)(?::(before|during|after))?$/u.exec(text) ?? [];
  if (text === '' || (step === '' && boundary === undefined)) {
    throw new Error(
      `--fault ${text}: write STEP, STEP:BOUNDARY or :BOUNDARY; boundaries: ${BOUNDARIES.join(', ')}`,
    );
  }
  return { step: step === '' ? null : Number(step), boundary: (boundary as Boundary) ?? null };
}

export function nameOf({ step, activity, server, boundary }: FaultCase): string {
  return [step ?? '-', activity, server ?? '', boundary].join(' ').replace(/ {2,}/gu, ' ');
}

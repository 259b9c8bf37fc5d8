/** What has been measured in a run, step by step, and how several measurements become one. */
import type { FactDefinition, FactId } from '../../actions/index.ts';
import type { Fact } from '../../plan/run.ts';

/** One task of a step, on one server or once for the run. */
export interface Place {
  readonly step: number;
  /** Index of the task in its step. */
  readonly task: number;
  /** null: once for the run. */
  readonly server: string | null;
}

export interface Measurement extends Place {
  readonly fact: Fact;
  /** Index of the batch in which it was measured; null: outside a rolling group. */
  readonly batch: number | null;
}

/** Details that are joined into one: a fleet's would be as long as the fleet. */
const DETAILS = 10;

/** Kept by step and fact, so that judging one server does not look at all the others. */
export class FactBoard {
  private readonly byFact = new Map<string, Measurement[]>();
  private readonly byPlace = new Map<string, Measurement[]>();
  /** Fact → the steps that measured it, the last one last. */
  private readonly steps = new Map<FactId, number[]>();
  private readonly lastWords = new Map<string, string>();

  /** Keeps the last line that a task said: the reason, where it measured nothing. */
  remark(place: Place, line: string): void {
    this.lastWords.set(keyOf(place), line);
  }

  lastWord(place: Place): string | undefined {
    return this.lastWords.get(keyOf(place));
  }

  record(measurement: Measurement): void {
    const { step, server, fact } = measurement;
    append(this.byFact, `${step} ${fact.id}`, measurement);
    append(this.byPlace, `${step} ${fact.id} ${server ?? ''}`, measurement);
    const steps = this.steps.get(fact.id) ?? [];
    if (steps.at(-1) !== step) this.steps.set(fact.id, [...steps, step]);
  }

  /** What a step measured of a fact: in one batch, or (null) in all of them. */
  measured(step: number, fact: FactId, batch: number | null): readonly Measurement[] {
    return inBatch(this.byFact.get(`${step} ${fact}`) ?? [], batch);
  }

  /** The same, on one server or (null) once for the run. */
  measuredAt(place: Omit<Place, 'task'>, fact: FactId, batch: number | null): Measurement[] {
    const { step, server } = place;
    return inBatch(this.byPlace.get(`${step} ${fact} ${server ?? ''}`) ?? [], batch);
  }

  /** The last step's combined value of a fact, wherever it was measured; null: never. */
  latest(definition: FactDefinition): Fact | null {
    for (const step of (this.steps.get(definition.id) ?? []).toReversed()) {
      const facts = this.measured(step, definition.id, null).map((each) => each.fact);
      if (facts.length > 0) return combine(definition, facts);
    }
    return null;
  }

  /** A task that is done again: what it measured before counts no more. */
  forgetTask({ step, task, server }: Place): void {
    const isKept = (each: Measurement): boolean =>
      each.step !== step || each.task !== task || each.server !== server;
    for (const kept of [this.byFact, this.byPlace]) {
      for (const [key, all] of kept) kept.set(key, all.filter(isKept));
    }
  }

  /** A server that the run goes on without counts no more. */
  forget(server: string): void {
    for (const [key, kept] of this.byFact) {
      if (!kept.some((each) => each.server === server)) continue;
      this.byFact.set(
        key,
        kept.filter((each) => each.server !== server),
      );
    }
    for (const [key, kept] of this.byPlace) {
      if (kept[0]?.server === server) this.byPlace.delete(key);
    }
  }
}

function append(map: Map<string, Measurement[]>, key: string, measurement: Measurement): void {
  const kept = map.get(key);
  if (kept === undefined) map.set(key, [measurement]);
  else kept.push(measurement);
}

function inBatch(measurements: Measurement[], batch: number | null): Measurement[] {
  return batch === null ? measurements : measurements.filter((each) => each.batch === batch);
}

function keyOf({ step, task, server }: Place): string {
  return `${step} ${task} ${server ?? ''}`;
}

/** One fact out of those of several tasks or servers, as the fact's definition says; null: none. */
export function combine(definition: FactDefinition, facts: readonly Fact[]): Fact | null {
  const last = facts.at(-1);
  if (last === undefined) return null;
  const chosen = choose(definition, facts, last);
  const samples = facts.reduce((sum, each) => sum + (each.samples ?? 0), 0);
  const details = detailsOf(facts, chosen);
  return {
    id: definition.id,
    value: chosen,
    ...(samples > 0 && { samples }),
    ...(details !== '' && { detail: details }),
  };
}

/** Each detail once; of many, those that speak of the value that counts come first. */
function detailsOf(facts: readonly Fact[], chosen: Fact['value']): string {
  const all = new Set(facts.flatMap((each) => each.detail ?? []));
  if (all.size <= DETAILS) return [...all].join('; ');
  const telling = facts
    .filter((each) => each.value === chosen)
    .flatMap((each) => each.detail ?? []);
  const shown = [...new Set([...telling, ...all])].slice(0, DETAILS);
  return `${shown.join('; ')}; … +${all.size - shown.length}`;
}

function choose(definition: FactDefinition, facts: readonly Fact[], last: Fact): Fact['value'] {
  const numbers = facts.flatMap((each) => (typeof each.value === 'number' ? [each.value] : []));
  const allNumbers = numbers.length === facts.length;
  switch (definition.combine) {
    case 'sum':
      return allNumbers ? numbers.reduce((sum, each) => sum + each, 0) : last.value;
    case 'max':
      return allNumbers ? Math.max(...numbers) : last.value;
    case 'min':
      return allNumbers ? Math.min(...numbers) : last.value;
    case 'all':
      return (facts.find((each) => each.value !== facts[0]?.value || each.value === false) ?? last)
        .value;
    case 'last':
      return last.value;
  }
}

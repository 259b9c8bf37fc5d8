/** What has been measured in a run, step by step, and how several measurements become one. */
import type { FactDefinition } from '../actions/definition.ts';
import type { FactId } from '../actions/ids.ts';
import type { Fact } from '../plan/run.ts';

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
}

export class FactBoard {
  private readonly measurements: Measurement[] = [];
  private readonly lastWords = new Map<string, string>();

  /** Keeps the last line that a task said: the reason, where it measured nothing. */
  remark(place: Place, line: string): void {
    this.lastWords.set(keyOf(place), line);
  }

  lastWord(place: Place): string | undefined {
    return this.lastWords.get(keyOf(place));
  }

  record(measurement: Measurement): void {
    this.measurements.push(measurement);
  }

  /** A step that runs again (an approval asked again never measures; a retried step does). */
  measured(step: number, fact: FactId): readonly Measurement[] {
    return this.measurements.filter((each) => each.step === step && each.fact.id === fact);
  }

  /** The last step's combined value of a fact, wherever it was measured; null: never. */
  latest(definition: FactDefinition): Fact | null {
    const last = this.measurements.findLast((each) => each.fact.id === definition.id);
    if (last === undefined) return null;
    const sameStep = this.measured(last.step, definition.id);
    return combine(
      definition,
      sameStep.map((each) => each.fact),
    );
  }
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
  const details = [...new Set(facts.flatMap((each) => each.detail ?? []))];
  return {
    id: definition.id,
    value: chosen,
    ...(samples > 0 && { samples }),
    ...(details.length > 0 && { detail: details.join('; ') }),
  };
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

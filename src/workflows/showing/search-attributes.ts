/** Writes the run's search attributes, where the server knows them, and only what changed. */
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { RunOutcome } from '../../plan/run.ts';
import type { ApprovalState } from '../../plan/search-attributes.ts';

/** Longest value that every visibility store takes. */
const VALUE_LIMIT = 255;

export interface SearchAttributeValues {
  readonly service?: string;
  readonly environment?: string;
  readonly version?: string;
  readonly status?: RunOutcome;
  readonly step?: number;
  readonly approval?: ApprovalState;
}

export class SearchAttributeWriter {
  private readonly written: Record<string, string | number> = {};
  private readonly registered: boolean;

  /** @param registered what ensureSearchAttributes found: an upsert of an unknown one blocks the run. */
  constructor(registered: boolean) {
    this.registered = registered;
  }

  write(values: SearchAttributeValues): void {
    if (!this.registered) return;
    const changed = Object.entries(values).filter(([name, value]) => this.written[name] !== value);
    if (changed.length === 0) return;
    Object.assign(this.written, Object.fromEntries(changed));
    upsertSearchAttributes(pairsOf(Object.fromEntries(changed)));
  }
}

function pairsOf(values: SearchAttributeValues): SearchAttributeUpdatePair[] {
  const pairs: SearchAttributeUpdatePair[] = [];
  const keyword = (name: string, value: string | undefined): void => {
    if (value === undefined) return;
    pairs.push({ key: { name, type: 'KEYWORD' }, value: value.slice(0, VALUE_LIMIT) });
  };
  keyword('RunsheetService', values.service);
  keyword('RunsheetEnvironment', values.environment);
  keyword('RunsheetVersion', values.version);
  keyword('RunsheetStatus', values.status);
  keyword('RunsheetApproval', values.approval);
  if (values.step !== undefined) {
    pairs.push({ key: { name: 'RunsheetStep', type: 'INT' }, value: values.step });
  }
  return pairs;
}

/** What a run did to its servers and what undoes it: registered before the attempt, undone last first. */
import type { CompensationId } from '../../actions/index.ts';
import { undoneAtLast } from '../../plan/failure/undoing.ts';

/** A mutation that was attempted and what undoes it. */
export interface SagaEntry {
  readonly compensation: CompensationId;
  readonly server: string;
  readonly step: number;
}

export class Saga {
  /** Server → what is still to be undone there, the last attempt last. */
  private readonly stacks = new Map<string, SagaEntry[]>();
  private readonly known = new Set<string>();
  /** Every server and step that has ever registered something. */
  readonly touched = new Set<string>();
  readonly steps = new Set<number>();

  /** A mutation that is tried again is undone once. */
  register(entry: SagaEntry): void {
    const { server, step } = entry;
    const stack = this.stacks.get(server) ?? [];
    this.stacks.set(server, stack);
    const last = undoneAtLast(entry.compensation);
    if (last !== null && this.isNew(last, server)) stack.unshift({ ...entry, compensation: last });
    if (this.isNew(entry.compensation, server)) stack.push(entry);
    this.touched.add(server);
    this.steps.add(step);
  }

  private isNew(compensation: CompensationId, server: string): boolean {
    const key = `${compensation} ${server}`;
    const isNew = !this.known.has(key);
    this.known.add(key);
    return isNew;
  }

  /** The mutation of a server that is undone next. */
  last(server: string): SagaEntry | undefined {
    return this.stacks.get(server)?.at(-1);
  }

  /** It has been undone, or a person has taken it in hand. */
  drop(server: string): void {
    this.stacks.get(server)?.pop();
  }

  /** Nothing more is undone there. */
  dropAll(server: string): void {
    this.stacks.delete(server);
  }

  /** Server → what is still to be undone there, in the order in which it was attempted. */
  changes(): ReadonlyMap<string, readonly CompensationId[]> {
    return new Map(
      [...this.stacks].map(([server, left]) => [server, left.map((each) => each.compensation)]),
    );
  }
}

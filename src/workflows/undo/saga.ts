/** What a run did to its servers and what undoes it: registered before the attempt, undone last first. */
import type { CompensationId } from '../../actions/index.ts';

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
    const key = `${entry.compensation} ${entry.server}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.touched.add(entry.server);
    this.steps.add(entry.step);
    const stack = this.stacks.get(entry.server);
    if (stack === undefined) this.stacks.set(entry.server, [entry]);
    else stack.push(entry);
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

  /** The servers where something is left to be undone, as they came. */
  servers(): string[] {
    return [...this.stacks].flatMap(([server, left]) => (left.length > 0 ? [server] : []));
  }
}

/** What a run did and what undoes it: registered before the attempt, undone last first. */
import { type UndoId, undoneAtLast } from '../../plan/failure/undoing.ts';

/** A mutation that was attempted on a server and what undoes it. */
export interface SagaEntry {
  readonly compensation: UndoId;
  readonly server: string;
  readonly step: number;
}

/** The same of what was done once for several servers. */
export interface SharedEntry {
  readonly compensation: UndoId;
  /** Of the batch or the run. */
  readonly servers: readonly string[];
  readonly step: number;
  /** What has a higher one was attempted later, so it is undone before. */
  readonly order: number;
}

type Ordered = SagaEntry & Pick<SharedEntry, 'order'>;

/** Of what is undone after everything else. */
const AT_LAST = 0;

export class Saga {
  /** Server → what is still to be undone there, the last attempt last. */
  private readonly stacks = new Map<string, Ordered[]>();
  private shares: SharedEntry[] = [];
  private readonly known = new Set<string>();
  private attempts = AT_LAST;
  /** Every server and step that has ever registered something. */
  readonly touched = new Set<string>();
  readonly steps = new Set<number>();
  /** The project's actions that were begun and that nothing takes back. */
  readonly irreversible = new Set<string>();

  /** A mutation that is tried again is undone once. */
  register(entry: SagaEntry): void {
    const { server, step } = entry;
    const stack = this.stacks.get(server) ?? [];
    this.stacks.set(server, stack);
    const last = undoneAtLast(entry.compensation);
    if (last !== null && this.isNew(`${last} ${server}`))
      stack.unshift({ ...entry, compensation: last, order: AT_LAST });
    if (this.isNew(`${entry.compensation} ${server}`)) stack.push({ ...entry, order: this.next() });
    this.touched.add(server);
    this.steps.add(step);
  }

  /** @param name under which it is known: registered again, it is undone once */
  registerShared(name: string, entry: Omit<SharedEntry, 'order'>): void {
    if (this.isNew(`shared ${name}`)) this.shares.push({ ...entry, order: this.next() });
    this.steps.add(entry.step);
  }

  private next(): number {
    this.attempts += 1;
    return this.attempts;
  }

  private isNew(key: string): boolean {
    const isNew = !this.known.has(key);
    this.known.add(key);
    return isNew;
  }

  /**
   * The mutation of a server that is undone next.
   * @param after of those that were attempted later; what comes at last follows them where nothing else is left
   */
  last(server: string, after = AT_LAST): SagaEntry | undefined {
    const entry = this.stacks.get(server)?.at(-1);
    const isTurn = entry !== undefined && (entry.order === AT_LAST || entry.order > after);
    return isTurn ? entry : undefined;
  }

  /** It has been undone, or a person has taken it in hand. */
  drop(server: string): void {
    this.stacks.get(server)?.pop();
  }

  /** Nothing more is undone there. */
  dropAll(server: string): void {
    this.stacks.delete(server);
  }

  /** The servers to which something was done before it and something after it. */
  between({ servers, order }: SharedEntry): readonly string[] {
    return servers.filter((server) => {
      const orders = (this.stacks.get(server) ?? []).map((each) => each.order);
      return (
        orders.some((each) => AT_LAST < each && each < order) && orders.some((each) => each > order)
      );
    });
  }

  /** What was done once and is still to be undone, in the order in which it was attempted. */
  shared(): readonly SharedEntry[] {
    return this.shares;
  }

  dropShared(order: number): void {
    this.shares = this.shares.filter((each) => each.order !== order);
  }

  /** Server → what is still to be undone there, in the order in which it was attempted. */
  changes(): ReadonlyMap<string, readonly UndoId[]> {
    return new Map(
      [...this.stacks].map(([server, left]) => [server, left.map((each) => each.compensation)]),
    );
  }
}

/** What could not be undone, and what a person has to know of it. */
import { say } from '../../diagnostics/language.ts';
import { isOfCommand, type UndoId } from '../../plan/failure/undoing.ts';
import type { InLanguage } from '../run.ts';
import type { SharedEntry } from './saga.ts';

export interface Stuck {
  /** null: it is not one server's. */
  readonly server: string | null;
  readonly compensation: UndoId;
  /** Set where it was done once for several servers. */
  readonly shared?: SharedEntry;
  /** The compensation for people. */
  readonly phrase: string;
  readonly message: string;
}

/** As the beginning of a line. */
export function stuckPlace({ server, phrase }: Stuck): string {
  return server === null ? phrase : `${server} ${phrase}`;
}

/** The servers at which something is stuck. */
export function stuckServers(stuck: readonly Stuck[]): readonly string[] {
  return [...new Set(stuck.flatMap(({ server }) => server ?? []))];
}

/** What `skip` would do. */
export function skipText(run: InLanguage, stuck: readonly Stuck[]): string {
  const commands = stuck.filter(({ compensation }) => isOfCommand(compensation));
  const ofServers = say(
    run.ref,
    '已人工处理：不再改动受阻的服务器，也不重新挂载',
    'done by hand: servers that are stuck are left as they are, out of the pool',
  );
  const ofCommands = say(
    run.ref,
    '已人工撤销：不再执行这条撤销命令，其余回滚继续',
    'undone by hand: the undo command is not run any more, and the rest of the rollback goes on',
  );
  if (commands.length === 0) return ofServers;
  return commands.length === stuck.length ? ofCommands : `${ofCommands}; ${ofServers}`;
}

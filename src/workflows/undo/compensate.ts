/** Undoes what a run did to one server. */
import type { CompensationId } from '../../actions/ids.ts';
import type { Stuck } from '../decisions/person.ts';
import { type Run, say } from '../run.ts';
import { noteServer } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { compensations, summaryOf } from '../tasks/activities.ts';
import { COMPENSATION_SECTIONS, sectionsOf } from '../tasks/sections.ts';
import type { SagaEntry } from './saga.ts';

const NAMES: Record<CompensationId, readonly [zh: string, en: string]> = {
  'pool.readmit': ['放回负载均衡池', 'back into the pool'],
  'pool.withdraw': ['移出负载均衡池', 'out of the pool'],
  'service.restore': ['恢复旧版本服务', 'old version back'],
  'config.restore': ['恢复配置文件', 'old configuration back'],
  'service.remove': ['移除新版本', 'new version removed'],
};

/** What has been undone on a server, a line each, and where it got stuck. */
export interface Undone {
  readonly server: string;
  readonly lines: readonly string[];
  readonly stuck: Stuck | null;
}

/** Works a server's mutations off, last first; what is stuck stays the next. */
export async function undoServer(run: Run, server: string): Promise<Undone> {
  const lines: string[] = [];
  for (let entry = run.saga.last(server); entry !== undefined; entry = run.saga.last(server)) {
    const result = await compensate(run, entry);
    if (typeof result !== 'string') return { server, lines, stuck: result };
    lines.push(result);
    run.saga.drop(server);
  }
  return { server, lines, stuck: null };
}

/** Takes a server out of the pool for good. It asks the balancer alone: the server may be down. */
export async function keepOut(run: Run, step: number, server: string): Promise<Stuck | null> {
  const result = await compensate(run, { compensation: 'pool.withdraw', server, step });
  return typeof result === 'string' ? null : result;
}

export function nameOf(run: Run, compensation: CompensationId): string {
  const [zh, en] = NAMES[compensation];
  return say(run, zh, en);
}

/** @returns a line about what was done, or where it got stuck. */
async function compensate(run: Run, entry: SagaEntry): Promise<string | Stuck> {
  const { compensation, server, step } = entry;
  const before = run.before.get(server) ?? { server, release: null, pool: 'absent' as const };
  const phrase = nameOf(run, compensation);
  noteServer(run, server, { doing: phrase });
  run.status.activity = `↩ ${server} ${phrase}`;
  const project = sectionsOf(run.resolved.settings, COMPENSATION_SECTIONS[compensation]);
  try {
    const result = await compensations[compensation].executeWithOptions(
      { summary: summaryOf(step, server, `↩ ${phrase}`) },
      [{ run: run.ref, step, server, before, project }],
    );
    noteUndone(run, compensation, server);
    const evidence = result.evidence.slice(0, 3).join('; ').slice(0, 300);
    return `${server} ${phrase}${evidence === '' ? '' : `: ${evidence}`}`;
  } catch (error) {
    noteServer(run, server, { doing: '' });
    return { server, compensation, phrase, message: messageOf(error) };
  }
}

function noteUndone(run: Run, compensation: CompensationId, server: string): void {
  const before = run.before.get(server);
  const version = before?.release?.version ?? null;
  const pool = before?.pool === 'ready' ? 'in' : 'out';
  noteServer(run, server, { doing: '' });
  if (compensation === 'pool.readmit') noteServer(run, server, { pool });
  if (compensation === 'pool.withdraw') noteServer(run, server, { pool: 'out' });
  if (compensation === 'service.remove') noteServer(run, server, { version: null });
  if (compensation === 'service.restore') noteServer(run, server, { version });
}

/** Whether Temporal can tell of an environment's lock: where it can, nobody does without it. */
import { NoTemporalServerError } from '../../client/errors.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { denialOf } from '../../diagnostics/denial.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import { dirtiedBy } from '../../worker/locks.ts';
import { type CommonOptions, environmentHere, refuse } from '../context.ts';
import type { Place } from '../servers/going-back.ts';

export interface LockOptions extends CommonOptions {
  /** Whatever answers, the lock cannot be read: a person has said so. */
  readonly unreadableLock?: boolean;
}

type Seen =
  /** Nobody is there. */
  | { readonly kind: 'silent'; readonly why: Localized }
  /** Something answers, and does not tell. */
  | { readonly kind: 'mute'; readonly reason: string }
  | { readonly kind: 'told' };

/**
 * The one look at Temporal that a repair without it takes.
 * @returns why the lock is not known @throws CommandError, exit 2, where it could be
 */
export async function lockUnseen(
  project: ProjectFile,
  place: Place,
  options: LockOptions,
): Promise<Localized> {
  const { temporal } = project.connections;
  if (temporal === null)
    return { zh: '没有配置 Temporal 的地址', en: "Temporal's address is not configured" };
  const { address } = temporal;
  const seen = await lookAtLock(project, place);
  if (seen.kind === 'silent') return seen.why;
  if (seen.kind === 'told') throw refuse(answers(address, place), options);
  if (options.unreadableLock === true)
    return { zh: `${address}：${seen.reason}`, en: `${address}: ${seen.reason}` };
  throw refuse(answersMutely(address, seen.reason), options);
}

async function lookAtLock(project: ProjectFile, place: Place): Promise<Seen> {
  const { temporal } = project.connections;
  if (temporal === null) return { kind: 'mute', reason: '' };
  const { connectRunsheet } = await import('../../client.ts');
  const connecting = connectRunsheet({ ...temporal, environment: environmentHere() });
  const client = await connecting.catch((error: unknown) => {
    if (error instanceof NoTemporalServerError) return error;
    throw error;
  });
  if (client instanceof NoTemporalServerError) {
    const { address, fault } = client;
    if (fault.answers) return { kind: 'mute', reason: fault.reason };
    const why = `${address}: ${fault.reason}`;
    return { kind: 'silent', why: { zh: why, en: why } };
  }
  try {
    await dirtiedBy(client.server, place);
    return { kind: 'told' };
  } catch (error) {
    // A no is an answer: Temporal is there, and its runs may be.
    if (denialOf(error) !== null) return { kind: 'told' };
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'mute', reason };
  } finally {
    await client.close();
  }
}

function answers(address: string, { service, environment }: Place): Localized {
  const next = `runsheet repair ${service} ${environment}`;
  return {
    zh: `Temporal（${address}）有应答：锁和发布单都在那里，没有做任何改动\n下一步：${next}`,
    en: `Temporal answers at ${address}, and knows the lock and the runs: nothing was changed\nnext: ${next}`,
  };
}

function answersMutely(address: string, reason: string): Localized {
  return {
    zh: `${address} 有应答，但读不到锁（${reason}），没有做任何改动\n下一步：如果连接设置有误，请更正；如果 Temporal 确已停止，请加上 --unreadable-lock`,
    en: `something answers at ${address}, but not about the lock (${reason}): nothing was changed\nnext: correct the connection's settings; where Temporal is really down, add --unreadable-lock`,
  };
}

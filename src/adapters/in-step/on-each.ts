/** One change for each of several balancers of a kind. */
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import { withMore } from '../refusal.ts';

const FAILED: Localized = { zh: '也失败了', en: 'failed as well' };

/**
 * All are told, whatever becomes of one; where one fails, the error says how the others stand.
 * @param work gives how the balancer stands afterwards
 */
export async function onEach<Instance extends { readonly name: string }>(
  instances: readonly Instance[],
  work: (instance: Instance) => Promise<Localized>,
): Promise<void> {
  const results = await Promise.allSettled(instances.map(work));
  const failed = results.find((each) => each.status === 'rejected');
  if (failed === undefined) return;
  const error: unknown = failed.reason;
  if (!(error instanceof PortError) || instances.length === 1) throw error;
  const others = results.flatMap((each, index) => {
    if (each === failed) return [];
    const { name = '' } = instances[index] ?? {};
    const { zh, en } = each.status === 'fulfilled' ? each.value : FAILED;
    return [{ zh: `${name}：${zh}`, en: `${name}: ${en}` }];
  });
  throw withMore(error, {
    zh: `其他：${others.map(({ zh }) => zh).join('；')}。`,
    en: `The others: ${others.map(({ en }) => en).join('; ')}.`,
  });
}

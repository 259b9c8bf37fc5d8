/** What an implementation gets wrong does not compile. Checked by the type check, not when it runs. */
import { expect, test } from 'vitest';
import { defineAction, defineFact } from '../../src/actions/define.ts';
import { ACTIONS, type ActionDefinition } from '../../src/actions/index.ts';
import { ONCE } from '../../src/actions/run/limits.ts';
import type { ActionActivities } from '../../src/activities/contract.ts';
import { implement } from '../../src/activities/implement.ts';

const warm = defineFact({
  id: 'cache.prime',
  unit: 'flag',
  combine: 'all',
  label: { zh: '缓存预热', en: 'Cache warm' },
  phrases: { zh: ['缓存已预热'], en: ['The cache is warm'] },
  defaultComparison: '==',
  defaultThreshold: true,
});

/** An action as a newcomer would define it. */
const warmUp = defineAction({
  ...ONCE,
  id: 'cache.prime',
  phrases: { zh: ['填充缓存'], en: ['Prime the cache'] },
  scope: 'server',
  settings: { limitSeconds: { kind: 'duration', default: 90 } },
  uses: ['health', 'runtime'],
  needs: ['running-service'],
  provides: [],
  measures: [warm],
});

const good = { facts: { 'cache.prime': { value: true } }, evidence: [] };

test('an implementation is given what its definition asks for', () => {
  const made = implement(warmUp, async (work, health, runtime) => {
    const seconds: number = work.settings.limitSeconds;
    const server: string = work.server;
    return { ...good, evidence: [`${server} ${seconds} ${health.path} ${runtime.port}`] };
  });
  expect(Object.keys(made)).toEqual(['cache.prime']);
});

test('what does not fit does not compile', () => {
  // @ts-expect-error -- takes one section of two
  implement(warmUp, async (work, health) => ({ ...good, evidence: [work.server, health.path] }));
  // @ts-expect-error -- takes one section more than it asks for
  implement(warmUp, async (_work, _health, _runtime, image) => ({ ...good, evidence: [image] }));
  // @ts-expect-error -- the fact is missing
  implement(warmUp, async (_work, _health, _runtime) => ({ facts: {}, evidence: [] }));
  // @ts-expect-error -- a fact that the definition does not list
  implement(warmUp, async (_work, _health, _runtime) => ({
    facts: { 'cache.prime': null, 'cache.other': null },
    evidence: [],
  }));
  // @ts-expect-error -- a flag is no figure
  implement(warmUp, async (_work, _health, _runtime) => ({
    facts: { 'cache.prime': { value: 1 } },
    evidence: [],
  }));
  implement(warmUp, async (work, _health, _runtime) => ({
    ...good,
    // @ts-expect-error -- a setting that the definition does not have
    evidence: [`${work.settings.limit}`],
  }));
  implement(warmUp, async (work, _health, _runtime) => ({
    ...good,
    // @ts-expect-error -- an image that it does not need
    evidence: [work.image.digest],
  }));
  // @ts-expect-error -- a worker without the half that performs an action
  const half: ActionActivities = implement(warmUp, async (_work, _health, _runtime) => good);
  // @ts-expect-error -- a definition of which the list knows nothing
  const unknown: ActionDefinition = warmUp;
  expect([half, unknown]).toHaveLength(2);
  expect(Object.keys(ACTIONS)).not.toContain('cache.prime');
});

/** What a run says of what it answers to: in one language, the run's as soon as that is known. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

interface Definition {
  readonly name: string;
  readonly description: string;
}

interface Metadata {
  readonly definition: {
    readonly signalDefinitions: readonly Definition[];
    readonly queryDefinitions: readonly Definition[];
    readonly updateDefinitions: readonly Definition[];
  };
}

const NAMES = [
  'answer',
  'approve',
  'reject',
  'retry',
  'skip',
  'rollback',
  'decide',
  'resolve',
  'status',
  'plan',
  'report',
];
const CHINESE = /\p{Script=Han}/u;

/** Ours by name → what it is for. */
function ours({ definition }: Metadata): Readonly<Record<string, string>> {
  const all = [
    ...definition.signalDefinitions,
    ...definition.queryDefinitions,
    ...definition.updateDefinitions,
  ];
  return Object.fromEntries(
    all.flatMap(({ name, description }) => (NAMES.includes(name) ? [[name, description]] : [])),
  );
}

/** As the run tells it at its end. */
function described(world: StubWorld): Promise<Readonly<Record<string, string>>> {
  return harness.with(world, async (start) => {
    const run = await start(DEVELOPMENT);
    await run.end();
    return ours(await run.handle.query<Metadata, []>('__temporal_workflow_metadata'));
  });
}

function expectAll(texts: Readonly<Record<string, string>>, inChinese: boolean): void {
  expect(Object.keys(texts).toSorted()).toEqual(NAMES.toSorted());
  for (const text of Object.values(texts)) {
    expect(CHINESE.test(text), text).toBe(inChinese);
    expect(text).not.toContain(' · ');
  }
}

describe('what a run answers to', () => {
  it.each([
    ['zh', true],
    ['en', false],
  ] as const)('is described in the run’s language, %s', async (language, inChinese) => {
    const resolve = () => resolvedRun(DEVELOPMENT, { language });
    expectAll(await described(stubWorld({ resolve })), inChinese);
  });

  it('is described in English where the language was never known', async () => {
    const resolve = () => {
      throw broken('no such template', 'UNKNOWN_TEMPLATE');
    };
    expectAll(await described(stubWorld({ resolve })), false);
  });
});

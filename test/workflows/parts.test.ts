/** The interpreter's pure parts, at their edges. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  ServerFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { FactDefinition } from '../../src/actions/index.ts';
import { ACTIONS } from '../../src/actions/index.ts';
import type { Fact } from '../../src/plan/run.ts';
import { DecisionDesk, RECEIVED_LIMIT } from '../../src/workflows/decisions/desk.ts';
import { Availability } from '../../src/workflows/fleet/availability.ts';
import { combine } from '../../src/workflows/judging/facts.ts';
import { showDuration } from '../../src/workflows/showing/words.ts';
import { asStepFailure, messageOf, StepFailure } from '../../src/workflows/steps/failure.ts';
import { fillSettings, fillTemplate } from '../../src/workflows/tasks/templates.ts';
import { timeoutsOf } from '../../src/workflows/tasks/timeouts.ts';

describe('templates', () => {
  it('fills what it knows and leaves the rest as written', () => {
    const values = { version: 'v1', servers: ['a', 'b'], options: { x: 1 }, none: null };
    expect(fillTemplate('${version}: ${servers}', values)).toBe('v1: a, b');
    expect(fillTemplate('${parameters.version} ${unknown}', values)).toBe('v1 ${unknown}');
    expect(fillTemplate('${options} ${none}', values)).toBe('{"x":1} null');
    expect(fillSettings({ deep: { list: ['${version}', 1, null] } }, values)).toEqual({
      deep: { list: ['v1', 1, null] },
    });
  });
});

describe('facts', () => {
  const definition = (mode: FactDefinition['combine']): FactDefinition => ({
    id: 'service.error_rate',
    unit: 'percent',
    combine: mode,
    label: { zh: '错误率', en: 'error rate' },
    phrases: { zh: [], en: [] },
    defaultComparison: '<',
    defaultThreshold: 1,
  });
  const facts = (...values: Fact['value'][]): Fact[] =>
    values.map((value) => ({ id: 'service.error_rate', value, samples: 10, detail: 'd' }));

  it.each([
    ['sum', [1, 2], 3],
    ['max', [1, 5, 2], 5],
    ['min', [4, 1, 2], 1],
    ['last', [4, 1, 2], 2],
    ['all', [true, true], true],
    ['all', [true, false, true], false],
    ['all', ['a', 'b', 'a'], 'b'],
    ['sum', [1, 'x'], 'x'],
    ['max', [1, true], true],
    ['min', [1, false], false],
  ] as const)('%s of %j is %j', (mode, values, expected) => {
    expect(combine(definition(mode), facts(...values))?.value).toBe(expected);
  });

  it('adds samples up, says each detail once, and is nothing of nothing', () => {
    expect(combine(definition('max'), facts(1, 2))).toMatchObject({ samples: 20, detail: 'd' });
    expect(combine(definition('max'), [])).toBeNull();
  });
});

describe('failures', () => {
  const activityFailed = (cause?: Error): ActivityFailure =>
    new ActivityFailure('Activity task failed', 'code.lint', '1', RetryState.TIMEOUT, 'w', cause);

  it.each<[string, unknown, string, string]>([
    ['a kind of its own', ApplicationFailure.nonRetryable('boom', 'BOOM'), 'BOOM', 'boom'],
    ['no kind', new ApplicationFailure('boom'), 'ACTION_FAILED', 'boom'],
    ['out of time', new TimeoutFailure('late', undefined, 'HEARTBEAT'), 'TIMED_OUT', 'HEARTBEAT'],
    ['the server', new ServerFailure('gone', false), 'ACTION_FAILED', 'gone'],
    ['our own mistake', new TypeError('x is not a function'), 'INTERNAL', 'not a function'],
    ['no error at all', 'thrown text', 'INTERNAL', 'thrown text'],
  ])('have a type and a sentence: %s', (_name, error, type, text) => {
    const thrown = error instanceof Error ? activityFailed(error) : error;
    const failure = asStepFailure(thrown, 3);
    expect(failure).toMatchObject({ step: 3, kind: 'failed', type });
    expect(failure.message).toContain(text);
  });

  it('stay what they are, and a cancellation is none', () => {
    const failure = new StepFailure(6, 'rejected', 'REJECTED', 'no');
    expect(asStepFailure(failure, 7)).toBe(failure);
    expect(asStepFailure(new CancelledFailure('c'), 7)).toMatchObject({ kind: 'cancelled' });
    expect(messageOf(activityFailed())).toBe('Activity task failed');
  });
});

describe('timeouts', () => {
  const definition = ACTIONS['connections.wait'];
  const task = { action: 'connections.wait' as const, settings: {} };

  it('are those of the action, or longer where document or project say so', () => {
    const own = timeoutsOf(definition, task, {});
    expect(own.startToCloseSeconds).toBe(definition.timeouts.startToCloseSeconds);
    expect(own.scheduleToCloseSeconds).toBeGreaterThan(own.startToCloseSeconds);
    const long = timeoutsOf(definition, { ...task, settings: { limitSeconds: 9000 } }, {});
    expect(long.startToCloseSeconds).toBe(9060);
  });

  it('take the longest limit of the project, with a margin', () => {
    const test = { argv: ['npm', 'test'], timeoutSeconds: 7200 };
    const project = { commands: { test, lint: null } };
    const { startToCloseSeconds } = timeoutsOf(
      ACTIONS['tests.run'],
      { action: 'tests.run', settings: {} },
      project,
    );
    expect(startToCloseSeconds).toBe(7260);
  });
});

describe('availability', () => {
  it('counts from the last that leaves to the first that returns', () => {
    const pool = new Availability();
    for (const server of ['a', 'b']) pool.note(server, 'in', 0);
    pool.note('a', 'out', 100);
    expect(pool.withoutServiceMs(150)).toBe(0);
    pool.note('b', 'out', 200);
    expect(pool.withoutServiceMs(500)).toBe(300);
    pool.note('b', 'in', 600);
    pool.note('a', 'in', 900);
    expect(pool.withoutServiceMs(2000)).toBe(400);
    expect(pool.stateOf('nobody')).toBe('unknown');
  });
});

describe('durations', () => {
  it.each([
    [850, '850 ms'],
    [12_340, '12.3 s'],
    [185_000, '3 min 5 s'],
    [7_440_000, '2 h 4 min'],
  ])('%d is %s', (durationMs, text) => {
    expect(showDuration(durationMs)).toBe(text);
  });
});

describe('the desk', () => {
  it('is flooded past its limit and refuses what is left when it closes', () => {
    const refusals: string[] = [];
    const desk = new DecisionDesk(refusals);
    desk.openFor({ waitsFor: 'resolution', step: 7 });
    const waiting = desk.take('retry', { by: 'alice', grant: 'g' });
    const wrong = desk.take('approve', { by: 'alice' });
    expect(wrong.judgement).toMatchObject({ code: 'WRONG_STEP' });
    for (let at = 0; at < RECEIVED_LIMIT; at += 1) desk.take('retry', []);
    expect(desk.flooded).toBe(true);
    desk.close();
    expect(waiting.judgement).toMatchObject({ accepted: false, code: 'WRONG_STEP' });
    expect(refusals.length).toBeLessThanOrEqual(51);
  });
});

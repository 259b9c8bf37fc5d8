/** How long a task may take. */
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/actions/index.ts';
import { timeoutsOf } from '../../../src/workflows/tasks/timeouts.ts';

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

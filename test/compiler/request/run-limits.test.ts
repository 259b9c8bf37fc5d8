/** A run that Temporal would end in the middle is refused before anything is done, with the figure. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilerFor } from '../../../src/cli/context.ts';
import { resolveRun } from '../../../src/compiler/request/run.ts';
import { largeEnvironments, outgrownLimits } from '../../../src/compiler/request/run-limits.ts';
import { fits, LIMITS, mostServers, sizeOf } from '../../../src/compiler/request/run-size.ts';
import { resolvedRun, SETTINGS } from '../../support/resolved-run.ts';
import { rollingRun } from '../../support/rolling-plan.ts';

const named = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `app-server-${index + 1}`);
const runOn = (count: number, settings = {}) =>
  resolvedRun({ servers: named(count) }, { settings });
/** As a project with a large configuration file has it in each action on each server. */
const WORDY = {
  container: { ...SETTINGS.container, environment: { NOTES: 'x'.repeat(20_000) } },
};

describe('a run that would outgrow a limit of Temporal', () => {
  it('is refused with the figure, and with how many servers fit', () => {
    const most = mostServers(runOn(3_000));
    expect(most).toBeGreaterThan(500);
    expect(most).toBeLessThan(900);
    expect(outgrownLimits(runOn(most))).toEqual([]);
    const [events] = outgrownLimits(runOn(most + 1));
    expect(events).toMatchObject({ code: 'RUN_TOO_LARGE', severity: 'error' });
    expect(events?.message.en).toContain(`the run has ${most + 1} servers`);
    expect(events?.message.en).toContain(`about ${sizeOf(runOn(most + 1)).events} events`);
    expect(events?.message.zh).toContain('51200');
    expect(events?.remedy?.en).toContain(`at most ${most} servers`);
  });

  it('is told each limit that it outgrows', () => {
    const names = (count: number, settings = {}): string[] =>
      outgrownLimits(runOn(count, settings)).map(({ message }) => message.en);
    expect(names(550, WORDY)).toEqual([
      expect.stringMatching(/its history would have about \d+\.\d MiB, .*50\.0 MiB/u),
      expect.stringMatching(/one message would have about \d+\.\d MiB, .*4\.0 MiB/u),
    ]);
    expect(names(2_000).join('\n')).toContain('2010 activities would run at the same time');
    const files = [{ template: 'a', path: 'b', mode: '0640', values: { a: 'x'.repeat(3e6) } }];
    expect(names(1, { files }).join('\n')).toContain('the request with its plan and settings');
    expect(mostServers(runOn(1, { files }))).toBe(0);
  });

  it('is smaller in batches where messages are what is too large', () => {
    const batches = [{ kind: 'percent' as const, percent: 25 }];
    const rolled = rollingRun({ batches }, { servers: named(250) }, { settings: WORDY });
    const whole = sizeOf(runOn(250, WORDY));
    expect(whole.messageBytes).toBeGreaterThan(LIMITS.messageBytes);
    expect(sizeOf(rolled).messageBytes).toBeLessThan(whole.messageBytes / 2);
  });

  it('is refused by whoever resolves the request: plan, run and the worker', () => {
    const servers = named(1_000);
    const project = {
      service: 'hello',
      settings: SETTINGS,
      environments: { production: { servers, rolling: null } },
      approval: { allowSelfApproval: false, reminderSeconds: 3600 },
      people: { carol: { name: 'Carol', roles: [] } },
    };
    const resolve = (count: number) =>
      resolveRun({
        templateId: 'deployment_workflow_v1',
        inputs: [
          {
            environment: 'production',
            servers: servers.slice(0, count),
            version: 'v1',
            requested_by: 'carol',
          },
        ],
        templates: [
          {
            file: 'deployment.md',
            bytes: readFileSync('templates/deployment.md'),
            origin: 'project' as const,
          },
        ],
        project: project as never,
        compile: compilerFor(null),
      });
    expect(resolve(100).run?.servers).toHaveLength(100);
    const refused = resolve(1_000);
    expect(refused).toMatchObject({ run: null, wrong: 'request' });
    expect(refused.diagnostics.map(({ code }) => code)).toContain('RUN_TOO_LARGE');
  });

  it('is warned of where an environment has so many servers', () => {
    const { plan, settings, overrides } = runOn(3);
    const run = { plan, settings, parameters: {}, overrides };
    const environments = { production: named(1_000), staging: named(20) };
    const [warning, ...others] = largeEnvironments(run, environments);
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'RUN_TOO_LARGE', severity: 'warning' });
    expect(warning?.message.en).toMatch(/^production has 1000 servers, .* at most \d{3}$/u);
  });

  it('fits where it does nothing to servers', () => {
    const { plan, ...rest } = runOn(3_000);
    const steps = plan.steps.filter(({ kind }) => kind === 'condition');
    const idle = { ...rest, plan: { ...plan, steps } };
    expect(sizeOf(idle).events).toBeLessThan(1_000);
    expect(fits(sizeOf({ ...idle, servers: named(1_000) }))).toBe(true);
  });
});

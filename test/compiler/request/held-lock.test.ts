/** What a run does where another one holds its lock: as the environment says, or its request. */
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import { resolveRun } from '../../../src/compiler/request/run.ts';
import { parseProject } from '../../../src/config/load-project.ts';
import type { Json } from '../../../src/plan/plan.ts';
import { SETTINGS } from '../../support/resolved-run.ts';
import { ownText } from '../reference.ts';

/** @param ofProject what stands at the environment */
function resolve(ofProject: string, override: Json | undefined) {
  const { project, diagnostics } = parseProject(
    '/p',
    `service: quotes
environments:
  development: { embedded: true, servers: [dev-server-1]${ofProject} }
`,
  );
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  const given = { environment: 'development', servers: ['dev-server-1'], version: 'v2.1.0' };
  return resolveRun({
    templateId: 'deployment_workflow_v1',
    inputs: [given, ...(override === undefined ? [] : [{ overrides: { lock: override } }])],
    templates: [{ file: 'a.md', origin: 'project', bytes: new TextEncoder().encode(ownText) }],
    project: {
      service: 'quotes',
      settings: SETTINGS,
      environments: project.environments,
      people: {},
      approval: { allowSelfApproval: false, reminderSeconds: 3600 },
    },
    compile: ({ file, bytes }) => {
      const { plan, parameters, diagnostics: found } = compileTemplate({ file, bytes });
      return {
        plan,
        parameters,
        digest: plan === null ? '' : planDigest(plan),
        diagnostics: found,
      };
    },
  });
}

describe('a lock that is held', () => {
  it.each<[string, string, Json | undefined, string | undefined]>([
    ['is waited for', '', undefined, undefined],
    ['is refused where the environment says so', ', lock: refuse', undefined, 'refuse'],
    ['is refused where the request says so', '', 'refuse', 'refuse'],
    ['is waited for where the request says otherwise', ', lock: refuse', 'wait', 'wait'],
  ])('%s', (_what, ofProject, override, expected) => {
    const { run, diagnostics } = resolve(ofProject, override);
    expect(run, JSON.stringify(diagnostics)).not.toBeNull();
    expect(run?.lock).toBe(expected);
  });

  it.each(['never', true, null])('is neither waited for nor refused by %j', (override) => {
    const { run, diagnostics } = resolve('', override);
    expect(run).toBeNull();
    const messages = diagnostics.map(({ message }) => message.en);
    expect(messages).toContain(`overrides.lock is wait or refuse, not ${String(override)}`);
  });

  it('is a word of runsheet.yaml that is one of two', () => {
    expect(() => resolve(', lock: never', undefined)).toThrow(/lock/u);
  });
});

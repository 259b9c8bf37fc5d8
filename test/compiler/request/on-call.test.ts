/** Who may begin a rollback at once, and that it is nothing but a rollback. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import { resolveRun } from '../../../src/compiler/request/run.ts';
import { parseProject } from '../../../src/config/load-project.ts';
import { vocabularyOf } from '../../../src/config/vocabulary.ts';
import type { Json } from '../../../src/plan/plan.ts';
import { SETTINGS } from '../../support/resolved-run.ts';

const folder = new URL('../../../templates/', import.meta.url);
const ON_CALL = 'on_call: [oncall]';
const GOOD = { environment: 'production', servers: ['app-server-1'], version: 'v2.0.0' };

interface Given {
  readonly file?: string;
  readonly ofProduction?: string;
  readonly by?: string | null;
  readonly overrides?: Json;
  readonly edit?: (text: string) => string;
  readonly environment?: 'production' | 'development';
}

function resolve({ file = 'rollback.en.md', ofProduction = ON_CALL, ...given }: Given = {}) {
  const { by = 'dave', overrides = { on_call: true }, edit = (text) => text } = given;
  const { project, diagnostics } = parseProject(
    '/p',
    `service: quotes
roles: { oncall: {}, tech_lead: { names: [Tech lead] }, ops_lead: { names: [Operations lead] } }
people:
  dave: { name: Dave, roles: [tech_lead, oncall] }
  alice: { roles: [ops_lead] }
actions: { Purge the cache: { run: [purge], on: worker } }
environments:
  production:
    servers: [app-server-1]
    ${ofProduction}
  development: { servers: [dev-1], ${ON_CALL} }
`,
  );
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  const vocabulary = vocabularyOf(project);
  const text = edit(readFileSync(new URL(file, folder), 'utf8'));
  const place =
    given.environment === 'development' ? { environment: 'development', servers: ['dev-1'] } : {};
  const { run, diagnostics: found } = resolveRun({
    templateId: /template_id: (\S+)/u.exec(text)?.[1] ?? '',
    inputs: [
      { ...GOOD, ...place, ...(by !== null && { requested_by: by }) },
      { overrides, language: 'en' },
    ],
    templates: [{ file, origin: 'project', bytes: new TextEncoder().encode(text) }],
    project: { ...project, settings: SETTINGS },
    compile: (source) => {
      const { plan, parameters, diagnostics: all } = compileTemplate({ ...source, vocabulary });
      const digest = plan === null ? '' : planDigest(plan);
      return { plan, parameters, digest, diagnostics: all };
    },
  });
  const said = found.filter(({ code }) => code === 'ON_CALL' || code === 'BAD_REQUEST');
  return { run, said: said.map(({ severity, message }) => `${severity}: ${message.en}`) };
}

function refusal(given: Given): string {
  const { run, said } = resolve(given);
  expect(run).toBeNull();
  return said.join('\n');
}

describe('a rollback on call', () => {
  it('begins at once for who has the role, and everybody is told', () => {
    const { run, said } = resolve();
    expect(run?.onCall).toEqual({ person: 'dave', name: 'Dave', role: 'oncall' });
    const text =
      'on call: Dave (oncall) begins at once, and step 3 is approved afterwards (requester unsigned)';
    expect(said).toEqual([`warning: ${text}`]);
    expect(run?.warnings.join()).toContain(text);
  });

  it('waits for its approval where nothing else is said', () => {
    const { run, said } = resolve({ overrides: {} });
    expect(run?.onCall).toBeUndefined();
    expect(said).toEqual([]);
    expect(resolve({ overrides: { on_call: false } }).run?.onCall).toBeUndefined();
  });

  it('is an ordinary one where nobody approves', () => {
    const { run, said } = resolve({ environment: 'development' });
    expect(run).not.toBeNull();
    expect(run?.onCall).toBeUndefined();
    expect(said).toEqual([]);
  });

  it.each(['alice', 'mallory', null])('is refused for %j, who is not on call', (by) => {
    const name = by ?? '–';
    expect(refusal({ by })).toContain(
      `${name}, who asks for the run, is not on call for production (roles: oncall); these are: dave`,
    );
  });

  it('is refused where the environment has no such role', () => {
    expect(refusal({ ofProduction: '' })).toBe('error: nobody is on call for production');
  });

  it('is refused where nobody has the role', () => {
    expect(refusal({ ofProduction: 'on_call: [oncall]', by: 'alice' })).toContain(
      'these are: dave',
    );
  });

  it.each(['repair.en.md', 'restart.en.md', 'deployment.en.md', 'promotion.en.md'])(
    'is refused for %s, which is no rollback',
    (file) => {
      expect(refusal({ file })).toContain('is no rollback');
    },
  );

  it('is refused where the document would build as well', () => {
    const edit = (text: string): string =>
      text.replace(
        '- Make sure that the server',
        '- Run the static analysis tools\n- Make sure that the server',
      );
    expect(refusal({ edit })).toContain('is no rollback');
  });

  it('is refused where the document runs a command of the project', () => {
    const edit = (text: string): string =>
      text.replace('- Make sure that the server', '- Purge the cache\n- Make sure that the server');
    expect(refusal({ edit })).toContain('runs no command of the project');
  });

  it('is refused where the document asks for two approvals', () => {
    const edit = (text: string): string => {
      const from = text.indexOf('### 3. Approval');
      const step = text.slice(from, text.indexOf('### 4. Stop'));
      const later = text
        .slice(from + step.length)
        .replace(/^### (\d)\./gmu, (_all, number: string) => `### ${Number(number) + 1}.`);
      return `${text.slice(0, from)}${step}${step.replace('### 3.', '### 4.')}${later}`;
    };
    expect(refusal({ edit })).toContain('has 2 approval steps');
  });

  it('neither skips a step nor adds a task', () => {
    const skip = { on_call: true, skip: [{ step: 6, reason: 'in a hurry' }] };
    expect(refusal({ overrides: skip })).toContain('neither skip steps nor add tasks');
  });

  it.each(['yes', 1, null])('is asked for with true or false, not %j', (value) => {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    expect(refusal({ overrides: { on_call: value } })).toBe(
      `error: overrides.on_call is true or false, not ${shown}`,
    );
  });

  it('names a role of the project in runsheet.yaml', () => {
    expect(() => resolve({ ofProduction: 'on_call: [oncal]' })).toThrow(/UNKNOWN_ROLE/u);
    expect(() => resolve({ ofProduction: 'on_call: []' })).toThrow(/on_call/u);
  });
});

/** S9: who asks for a run that somebody has to approve is one known person. */
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import { type RunProject, resolveRun } from '../../../src/compiler/request/run.ts';
import type { Json } from '../../../src/plan/plan.ts';
import { SETTINGS } from '../../support/resolved-run.ts';
import { ownText } from '../reference.ts';

const PEOPLE: RunProject['people'] = {
  alice: { name: 'Alice Lovelace', email: 'alice@example.com' },
  carol: { name: 'Carol' },
};
const GOOD = { environment: 'production', servers: ['app-server-1'], version: 'v2.1.0' };

interface Given {
  readonly people?: RunProject['people'];
  readonly allowSelfApproval?: boolean;
  readonly isPlanOnly?: boolean;
  readonly text?: string;
}

function resolve(inputs: readonly Json[], given: Given = {}) {
  const { people = PEOPLE, allowSelfApproval = false, text = ownText, isPlanOnly = false } = given;
  return resolveRun({
    templateId: 'deployment_workflow_v1',
    inputs,
    templates: [{ file: 'a.md', origin: 'project', bytes: new TextEncoder().encode(text) }],
    project: {
      service: 'quotes',
      settings: SETTINGS,
      environments: {
        production: { servers: ['app-server-1'] },
        development: { servers: ['dev-server-1'] },
      },
      people,
      approval: { allowSelfApproval, reminderSeconds: 3600 },
    },
    compile: ({ file, bytes }) => {
      const { plan, parameters, diagnostics } = compileTemplate({ file, bytes });
      return { plan, parameters, digest: plan === null ? '' : planDigest(plan), diagnostics };
    },
    isPlanOnly,
  });
}

/** What is said of the requester; null: the run can begin. */
function refusal(requestedBy: string | null, given?: Given): string | null {
  const asked = requestedBy === null ? {} : { requested_by: requestedBy };
  const { run, diagnostics } = resolve([GOOD, asked], given);
  const found = diagnostics.find(({ code }) => code === 'REQUESTER_UNKNOWN');
  expect(run === null, JSON.stringify(diagnostics)).toBe(found?.severity === 'error');
  return found === undefined ? null : `${found.message.en}: ${found.remedy?.en}`;
}

describe('S9 a run that somebody has to approve', () => {
  it.each(['carol', 'Carol', 'alice', 'Alice Lovelace', 'ALICE@example.com'])(
    'S9 is asked for by a person whom the project knows: %s',
    (name) => {
      expect(refusal(name)).toBeNull();
    },
  );

  it('S9 is refused where nobody is named, with what to write', () => {
    expect(refusal(null)).toBe(
      'step 5 is an approval, and the request does not say who asks for the run: put ' +
        '"requested_by": "alice" into the request (people: alice, carol), or --requested-by on the command line',
    );
  });

  it('S9 is refused with a Cyrillic letter, which is named', () => {
    expect(refusal('аlice')).toContain('its "а" is U+0430, no Latin letter');
    expect(refusal('cαrol')).toContain('its "α" is U+03B1');
  });

  it.each(['mallory', 'unknown', 'root', 'constructor', '__proto__', 'ａlice'])(
    'S9 is refused for whom the project does not know: %s',
    (name) => {
      expect(refusal(name)).toContain(`"${name}", who asks for the run, is no one person`);
    },
  );

  it('S9 is refused for a name that two people answer to', () => {
    const people = { a: { name: 'Li Wei' }, b: { name: 'Li Wei' } };
    expect(refusal('Li Wei', { people })).toContain('is no one person');
    expect(refusal('a', { people })).toBeNull();
  });

  it('S9 is refused where the project knows nobody', () => {
    expect(refusal('carol', { people: {} })).toContain('there is nobody under people');
  });

  it('S9 proposes the name that was mistyped', () => {
    expect(refusal('carrol')).toContain('did you mean "carol"?');
  });
});

describe('S9 who asks may be anybody', () => {
  it('S9 where nobody has to approve', () => {
    const asked = { ...GOOD, environment: 'development', servers: ['dev-server-1'] };
    expect(resolve([asked]).run?.requestedBy).toBe('unknown');
  });

  it('S9 where the project lets people approve their own', () => {
    expect(refusal(null, { allowSelfApproval: true })).toBeNull();
  });

  it('S9 where nothing is started, with a warning', () => {
    const { run, diagnostics } = resolve([GOOD, { requested_by: 'runner' }], { isPlanOnly: true });
    expect(run).not.toBeNull();
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code: 'REQUESTER_UNKNOWN', severity: 'warning' }),
    );
  });
});

it('S9 is said together with everything else that is wrong', () => {
  const { diagnostics } = resolve([{ ...GOOD, version: 'v1;reboot' }]);
  expect(diagnostics.map(({ code }) => code)).toEqual(['BAD_PARAMETER', 'REQUESTER_UNKNOWN']);
});

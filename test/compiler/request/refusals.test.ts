/** Every way in which a request can be wrong, with the sentence that says so. */
import { describe, expect, it } from 'vitest';
import { planDigest } from '../../../src/compiler/index.ts';
import { readTypedParameters, resolveRequest } from '../../../src/compiler/request/resolve.ts';
import { looksLikeTextRequest, parseTextRequest } from '../../../src/compiler/request/text.ts';
import { readJsonValue, readTextValue } from '../../../src/compiler/request/values.ts';
import type { Json, ParameterDefinition } from '../../../src/plan/plan.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';

const plan = compiledSeed();
const GOOD = { environment: 'production', servers: ['app-server-1'], version: 'v2.1.0' };
const project = {
  balancer: null,
  environments: {
    production: { servers: ['app-server-1', 'app-server-2'] },
    development: { servers: [] },
  },
  actions: {
    数据库迁移验证: { argv: ['true'], on: 'worker' as const, timeoutSeconds: 1 },
  },
};

function resolve(...inputs: Json[]) {
  return resolveRequest({
    plan,
    planDigest: planDigest(plan),
    inputs,
    project,
    templateFiles: ['templates/deployment.md'],
  });
}

function problems(...inputs: Json[]): readonly string[] {
  return resolve(...inputs).diagnostics.map(({ code, message }) => `${code}: ${message.en}`);
}

const overriding = (overrides: Json): Json => ({ ...GOOD, overrides });

describe('a request is refused', () => {
  it.each<[string, readonly Json[], string]>([
    ['without input', [], 'BAD_REQUEST: the request has no input'],
    ['with five inputs', [GOOD, {}, {}, {}, {}], 'BAD_REQUEST: there can be at most 4 inputs'],
    ['that is a number', [7], 'BAD_REQUEST: an input must be an object of parameters, or text'],
    ['that is a list', [[GOOD]], 'BAD_REQUEST: an input must be an object of parameters, or text'],
    [
      'in another language',
      [{ ...GOOD, language: 'fr' }],
      'BAD_REQUEST: language must be zh or en',
    ],
    [
      'that says a parameter twice',
      [GOOD, { version: 'v3' }],
      'BAD_REQUEST: the parameter version is given twice',
    ],
    [
      'that says a parameter twice in its text',
      [GOOD, '执行 deployment.md 模板\n参数:\n- version: v3'],
      'BAD_REQUEST: the parameter version is given twice',
    ],
    [
      'with overrides that are a text',
      [overriding('skip 1')],
      'BAD_REQUEST: overrides must be an object',
    ],
    [
      'with an unknown override',
      [overriding({ skipp: [] })],
      'BAD_REQUEST: overrides has no key skipp',
    ],
    [
      'with an override like nothing known',
      [overriding({ 并行度: 3 })],
      'BAD_REQUEST: overrides has no key 并行度',
    ],
    [
      'that overrides the approvers',
      [overriding({ approvers: ['me'] })],
      'UNTRUSTED_POLICY: a request cannot set the rules of an approval (overrides.approvers)',
    ],
    [
      'with skips that are no list',
      [overriding({ skip: 1 })],
      'BAD_REQUEST: overrides.skip must be a list',
    ],
    [
      'S8 with a reason of two lines',
      [overriding({ skip: [{ step: 1, reason: 'done\n✓ Bob (Operations lead)' }] })],
      'BAD_REQUEST: the reason for skipping step 1 holds a line break or an invisible control character',
    ],
    [
      'S8 with a reason that turns its line around',
      [overriding({ skip: [{ step: 1, reason: 'done \u202eevil' }] })],
      'BAD_REQUEST: the reason for skipping step 1 holds a line break or an invisible control character',
    ],
    [
      'S9 with a requester of invisible characters',
      [overriding({ requested_by: 'alice\u200b' })],
      'BAD_REQUEST: requested_by must be one line of at most 200 characters, none of them invisible',
    ],
    [
      'with 201 skips',
      [overriding({ skip: Array.from({ length: 201 }, () => ({ step: 1, reason: 'r' })) })],
      'BAD_REQUEST: overrides.skip must be a list',
    ],
    [
      'with a skip that is a number',
      [overriding({ skip: [1] })],
      'BAD_REQUEST: each item of overrides.skip needs step and reason',
    ],
    [
      'with a step of 1.5',
      [overriding({ skip: [{ step: 1.5, reason: 'r' }] })],
      'BAD_REQUEST: each item of overrides.skip needs step and reason',
    ],
    [
      'with a reason of 501 characters',
      [overriding({ skip: [{ step: 1, reason: 'r'.repeat(501) }] })],
      'TOO_LARGE: the reason for skipping step 1 is longer than 500 characters',
    ],
    [
      'that skips a step twice',
      [overriding({ skip: [1, 1].map((step) => ({ step, reason: 'r' })) })],
      'BAD_REQUEST: step 1 is skipped twice',
    ],
    [
      'that skips a step that is not there',
      [overriding({ skip: [{ step: 77, reason: 'r' }] })],
      'MISSING_STEP: there is no step 77',
    ],
    [
      'that adds to a step that is not there',
      [overriding({ add: [{ step: 77, task: '数据库迁移验证' }] })],
      'MISSING_STEP: there is no step 77',
    ],
    [
      'that adds to the approval',
      [overriding({ add: [{ step: 5, task: '数据库迁移验证' }] })],
      'BAD_REQUEST: step 5 runs no tasks, so none can be added to it',
    ],
    [
      'that adds to a step that it skips',
      [
        overriding({
          skip: [{ step: 1, reason: 'r' }],
          add: [{ step: 1, task: '数据库迁移验证' }],
        }),
      ],
      'BAD_REQUEST: step 1 is skipped, so no task can be added to it',
    ],
    [
      'that adds what changes servers',
      [overriding({ add: [{ step: 8, task: '停止应用服务' }] })],
      'BAD_REQUEST: a request cannot add a task that changes servers',
    ],
    [
      'that adds a task like nothing known',
      [overriding({ add: [{ step: 8, task: 'Ω≈ç√∫˜µ≤' }] })],
      'UNKNOWN_TASK: there is no task "Ω≈ç√∫˜µ≤"',
    ],
    [
      'that adds a task with a limit that is none',
      [overriding({ add: [{ step: 8, task: '等待现有请求完成（最多一会儿）' }] })],
      'BAD_DURATION: "最多一会儿" is not a duration',
    ],
    [
      'that adds a task with a limit which has none',
      [overriding({ add: [{ step: 8, task: '等待服务就绪 (at most 5 s)' }] })],
      'BAD_FIELD: the action service.ready takes no setting in brackets',
    ],
    [
      'with a plan digest of another form',
      [{ ...GOOD, plan_digest: 'sha1:00' }],
      'BAD_REQUEST: plan_digest must be sha256: and 64 hexadecimal digits',
    ],
    [
      'by somebody without a name',
      [{ ...GOOD, requested_by: ' ' }],
      'BAD_REQUEST: requested_by must be one line of at most 200 characters, none of them invisible',
    ],
    [
      'by somebody with a line break in the name',
      [overriding({ requested_by: 'carol\napproved' })],
      'BAD_REQUEST: requested_by must be one line of at most 200 characters, none of them invisible',
    ],
    [
      'by a number',
      [{ ...GOOD, requested_by: 7 }],
      'BAD_REQUEST: requested_by must be one line of at most 200 characters, none of them invisible',
    ],
    [
      'for a server that is a number',
      [{ ...GOOD, servers: [1] }],
      'BAD_PARAMETER: the server name 1 is not text',
    ],
    [
      'for an environment that the project has not',
      [{ ...GOOD, environment: 'staging' }],
      'WRONG_ENVIRONMENT: runsheet.yaml has no environment "staging"',
    ],
    [
      'for an environment without servers',
      [{ ...GOOD, environment: 'development', servers: [] }],
      'BAD_PARAMETER: servers is empty',
    ],
  ])('%s', (_name, inputs, problem) => {
    expect(resolve(...inputs).request).toBeNull();
    expect(problems(...inputs)).toContain(problem);
  });

  it('by an empty list of environments as well', () => {
    const { diagnostics } = resolveRequest({
      plan,
      planDigest: planDigest(plan),
      inputs: [GOOD],
      project: { environments: {}, actions: {}, balancer: null },
      templateFiles: [],
    });
    expect(diagnostics.map((each) => each.remedy?.en)).toContain(
      'list it and its servers under environments',
    );
  });
});

describe('a request is taken', () => {
  it('with who asks, in either place, and the plan that was shown', () => {
    const digest = planDigest(plan);
    expect(
      resolve({ ...GOOD, requested_by: ' carol ', plan_digest: digest, language: 'en' }),
    ).toMatchObject({ request: { requestedBy: 'carol', language: 'en' }, diagnostics: [] });
    expect(resolve(overriding({ requested_by: 'dan' })).request?.requestedBy).toBe('dan');
    expect(resolve(GOOD).request?.requestedBy).toBe('unknown');
  });

  it('with a task of ours, and the limit that its brackets say', () => {
    const add = [{ step: 8, task: '等待服务就绪' }];
    expect(resolve(overriding({ add })).request?.overrides.add[0]?.task.action).toBe(
      'service.ready',
    );
    const limited = [{ step: 8, task: '等待现有请求完成（上限 5 秒）' }];
    expect(resolve(overriding({ add: limited })).request?.overrides.add[0]?.task).toMatchObject({
      action: 'connections.wait',
      settings: { limitSeconds: 5 },
    });
  });

  it('by the template’s id or its file, with or without the ending', () => {
    for (const name of ['deployment', 'deployment.md', 'x/deployment.md', plan.templateId]) {
      expect(problems(`Run ${name}`, GOOD)).toEqual([]);
    }
  });

  it('without a project, as the examples of a template are', () => {
    const { request } = resolveRequest({
      plan,
      planDigest: planDigest(plan),
      inputs: [{ ...GOOD, servers: ['anything'] }],
      project: null,
      templateFiles: [],
    });
    expect(request?.servers).toEqual(['anything']);
  });
});

describe('a text', () => {
  it.each([
    ['- version: v1', 'a list item needs "Parameters:" or "with changes:" before it'],
    ['Run a.md\nRun b.md', 'a request names one template only'],
    ['Run a.md\nplease', 'this line cannot be read'],
    ['Run a.md\nParameters:\n- 1=2', 'this line cannot be read'],
    ['Run a.md\nwith changes:\n- do less', 'this line cannot be read'],
  ])('that has %j is refused', (text, sentence) => {
    expect(parseTextRequest(text).diagnostics.map(({ message }) => message.en)).toContain(sentence);
  });

  it('is bounded in lines, in length, and in what is said about it', () => {
    for (const text of ['\n'.repeat(2001), 'x'.repeat(256 * 1024 + 1)]) {
      expect(parseTextRequest(text).diagnostics.map(({ code }) => code)).toEqual(['TOO_LARGE']);
    }
    expect(parseTextRequest('what?\n'.repeat(100)).diagnostics).toHaveLength(50);
  });

  it('reads each form of a skip and an addition', () => {
    const { request, diagnostics } = parseTextRequest(
      [
        '```',
        'based on "deployment.md" template',
        'overrides:',
        '- skip step 1',
        '- 跳过步骤2：已测试',
        '- add to step 8: A',
        '- step 8 adds B',
        '- 在步骤8中新增：C',
        '```',
      ].join('\n'),
    );
    expect(diagnostics).toEqual([]);
    expect(request.template?.name).toBe('deployment.md');
    expect(request.skip.map(({ step }) => step)).toEqual([1, 2]);
    expect(request.add.map(({ step, task }) => `${step} ${task}`)).toEqual(['8 A', '8 B', '8 C']);
  });

  it('is told from JSON and from a path', () => {
    expect(looksLikeTextRequest('\n执行 deployment.md 模板')).toBe(true);
    for (const text of ['', '{"version":"v1"}', 'deployment.md'])
      expect(looksLikeTextRequest(text)).toBe(false);
  });
});

describe('a value', () => {
  const rows: readonly (readonly [ParameterDefinition['type'], string, Json | undefined])[] = [
    ['string', '"1.10"', '1.10'],
    ['string', ' v1 ', 'v1'],
    ['boolean', '是', true],
    ['boolean', 'No', false],
    ['boolean', 'maybe', undefined],
    ['number', '-1.5', -1.5],
    ['number', '1e3', undefined],
    ['array', 'a、b', ['a', 'b']],
    ['array', '［a，"b c"］', ['a', 'b c']],
    ['array', '[a', undefined],
    ['array', '[a, [b]]', undefined],
    ['object', '{"a":1}', { a: 1 }],
    ['object', '[1]', undefined],
    ['object', '{', undefined],
  ];
  it.each(rows)('of type %s reads %j as text', (type, text, value) => {
    expect(readTextValue(text, type)).toEqual(
      value === undefined ? { ok: false } : { ok: true, value },
    );
  });

  it.each<[ParameterDefinition['type'], Json, boolean]>([
    ['string', 1, false],
    ['boolean', 'true', false],
    ['boolean', true, true],
    ['number', 1.5, true],
    ['number', '1.5', false],
    ['array', {}, false],
    ['object', {}, true],
    ['object', null, false],
    ['object', [], false],
  ])('of type %s: %j as JSON', (type, value, ok) => {
    expect(readJsonValue(value, type).ok).toBe(ok);
  });

  it('typed for a parameter is read by its type, else left as it is', () => {
    expect(
      readTypedParameters(plan, [
        ['servers', 'a,b'],
        ['skip_tests', 'perhaps'],
        ['unheard_of', '1'],
      ]),
    ).toEqual({ servers: ['a', 'b'], skip_tests: 'perhaps', unheard_of: '1' });
  });

  it.each([
    ['', 'BAD_PARAMETER'],
    ['v1\u0007', 'BAD_PARAMETER'],
    ['v'.repeat(20_000), 'TOO_LARGE'],
  ])('that is empty, strange or too large is refused: %j', (version, code) => {
    const found = resolve({ ...GOOD, version }).diagnostics.map((each) => each.code);
    expect(found).toContain(code);
  });
});

/** Batches of a run: what a request may say, what wins over what, and what can never be kept. */
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import { resolveRequest } from '../../../src/compiler/request/resolve.ts';
import { type RunProject, resolveRun } from '../../../src/compiler/request/run.ts';
import { renderDiagnostics } from '../../../src/diagnostics/render.ts';
import type { Json, Plan, RollingSettings } from '../../../src/plan/plan.ts';
import { SETTINGS } from '../../support/resolved-run.ts';
import { edit, ownText, planOf, stepText } from '../reference.ts';
import { withLabels } from '../rolling-variants.ts';

const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];
const GOOD = { environment: 'production', servers: SERVERS, version: 'v2.1.0' };
const seed = planOf(ownText);
const rolling = planOf(withLabels(6, '**批次**: [1, 50%]\n**批次间隔**: 1分钟\n**最少在线**: 60%'));
const YAML: RollingSettings = {
  batches: [{ kind: 'percent', percent: 25 }],
  observeSeconds: 30,
  failureBudget: 1,
};

interface Project {
  readonly rolling?: RollingSettings;
  readonly pool?: readonly string[];
  readonly floorPercent?: number;
}

function resolve(plan: Plan, inputs: readonly Json[], project: Project = {}) {
  const production = {
    servers: project.pool ?? SERVERS,
    ...(project.rolling !== undefined && { rolling: project.rolling }),
  };
  return resolveRequest({
    plan,
    planDigest: planDigest(plan),
    inputs,
    project: {
      environments: { production },
      actions: {},
      balancer: { ...SETTINGS.balancer, floorPercent: project.floorPercent ?? 0 },
    },
    templateFiles: ['deployment.md'],
  });
}

const ruleOf = (plan: Plan, inputs: readonly Json[], project?: Project) =>
  resolve(plan, inputs, project).request?.plan.rolling;
const told = (plan: Plan, inputs: readonly Json[], project?: Project): readonly string[] =>
  resolve(plan, inputs, project).diagnostics.map(({ code, message }) => `${code}: ${message.en}`);
const errors = (plan: Plan, inputs: readonly Json[], project?: Project): readonly string[] =>
  resolve(plan, inputs, project)
    .diagnostics.filter((each) => each.severity === 'error')
    .map(({ code, message }) => `${code}: ${message.en}`);

/** Its success rules hold wherever the last step that changes servers stands. */
const judgedByStepsOnly = ownText.replace(
  /- ✅ (?:健康检查全部通过|服务正常接收流量|错误率低于阈值|性能指标符合要求)\n/gu,
  '',
);
const ONE = [{ kind: 'count', servers: 1 }];
const PLAIN = {
  from: 6,
  to: 9,
  pauseSeconds: 0,
  failureBudget: 0,
  minimumInPoolPercent: 0,
  observeSeconds: 0,
};

describe('the unmodified document rolls', () => {
  it.each<[string, readonly Json[]]>([
    ['a number', [{ ...GOOD, batches: 1 }]],
    ['a text', [{ ...GOOD, batches: '1台' }]],
    ['Chinese', [{ ...GOOD, 批次: 1 }]],
    ['an override', [{ ...GOOD, overrides: { batches: [1] } }]],
    ['a second input', [GOOD, { overrides: { 批次: '1' } }]],
    ['a text under 参数', ['执行 deployment.md 模板\n参数:\n- 批次: 1', GOOD]],
    ['a text under 但修改', ['执行 deployment.md 模板\n但修改:\n- 批次：１', GOOD]],
    ['an English text', ['Run deployment.md\nwith changes:\n- Batch size: 1 server', GOOD]],
  ])('by %s', (_name, inputs) => {
    const { request, diagnostics } = resolve(seed, inputs);
    expect(diagnostics).toEqual([]);
    expect(request).toMatchObject({ rollingFrom: 'request', poolSize: 3 });
    expect(request?.plan.rolling).toEqual({ ...PLAIN, batches: ONE });
  });

  it('with all that belongs to batches, in every form', () => {
    const full = {
      batches: [1, '10%', '50%'],
      batch_pause: '1分钟',
      failure_budget: 1,
      minimum_in_pool: '50%',
      observe: '30s',
    };
    const text = `Run deployment.md
Parameters:
- Batches: [1, 10%, 50%]
- Batch pause: 1m
with changes:
- 失败预算: 1
- Minimum in pool: at least 50%
- observe: 30秒`;
    const expected = {
      from: 6,
      to: 9,
      batches: [...ONE, { kind: 'percent', percent: 10 }, { kind: 'percent', percent: 50 }],
      pauseSeconds: 60,
      failureBudget: 1,
      minimumInPoolPercent: 50,
      observeSeconds: 30,
    };
    expect(ruleOf(seed, [{ ...GOOD, ...full }])).toEqual(expected);
    expect(ruleOf(seed, [text, GOOD])).toEqual(expected);
    expect(ruleOf(seed, [{ ...GOOD, overrides: full }])).toEqual(expected);
  });

  it('and the rule stands in the digest, so that it is what was looked at', () => {
    const plain = resolve(seed, [GOOD]).request;
    const one = resolve(seed, [{ ...GOOD, batches: 1 }]).request;
    expect(plain).toMatchObject({ planDigest: planDigest(seed), rollingFrom: null, plan: seed });
    expect(one?.planDigest).not.toBe(plain?.planDigest);
    if (one === null || one === undefined) throw new Error('it was refused');
    expect(one.planDigest).toBe(planDigest(one.plan));
    const shown = { plan_digest: one.planDigest };
    expect(errors(seed, [{ ...GOOD, ...shown, batches: 1 }])).toEqual([]);
    for (const other of [GOOD, { ...GOOD, batches: 2 }]) {
      expect(errors(seed, [{ ...other, ...shown }])).toEqual([
        'PLAN_CHANGED: the template or its batches changed after the plan was shown',
      ]);
    }
  });

  it('to the digest of a template that says the same', () => {
    const same = planOf(withLabels(6, '**批次**: 1'));
    expect(resolve(seed, [{ ...GOOD, batches: 1 }]).request?.planDigest).toBe(planDigest(same));
  });
});

describe('what decides', () => {
  it('is the environment’s default where nobody else says anything', () => {
    const { request } = resolve(seed, [GOOD], { rolling: YAML });
    expect(request?.rollingFrom).toBe('project');
    expect(request?.plan.rolling).toEqual({ ...PLAIN, ...YAML });
  });

  it('is the template before the default, field by field', () => {
    const { request, diagnostics } = resolve(rolling, [GOOD], { rolling: YAML });
    expect(diagnostics).toEqual([]);
    expect(request?.rollingFrom).toBe('template');
    expect(request?.plan.rolling).toEqual({
      ...PLAIN,
      batches: [...ONE, { kind: 'percent', percent: 50 }],
      pauseSeconds: 60,
      minimumInPoolPercent: 60,
      failureBudget: 1,
      observeSeconds: 30,
    });
    expect(resolve(rolling, [GOOD]).request?.planDigest).toBe(planDigest(rolling));
  });

  it('is the request before both, and what it changes is a warning', () => {
    const asked = { ...GOOD, batches: 1, minimum_in_pool: '30%', observe: 0 };
    const { request } = resolve(rolling, [asked], { rolling: YAML });
    expect(request?.rollingFrom).toBe('request');
    expect(request?.plan.rolling).toMatchObject({
      batches: ONE,
      pauseSeconds: 60,
      minimumInPoolPercent: 30,
      observeSeconds: 0,
    });
    expect(told(rolling, [asked], { rolling: YAML })).toEqual([
      'ROLLING_CHANGED: the request changes the batches: "1 server, 50%" becomes "1 server"',
      'ROLLING_CHANGED: the request changes the batches: "minimum in pool 60%" becomes "minimum in pool 30%"',
      'ROLLING_CHANGED: the request changes the batches: "first one observed for 30 s" becomes "none"',
    ]);
    expect(told(rolling, [{ ...GOOD, batches: [1, '50%'] }])).toEqual([]);
  });

  it('is the one that gives the batches, not the one that adds a pause', () => {
    const { request } = resolve(seed, [{ ...GOOD, batch_pause: '5m' }], { rolling: YAML });
    expect(request?.rollingFrom).toBe('project');
    expect(request?.plan.rolling).toMatchObject({ ...YAML, pauseSeconds: 300 });
  });

  it.each(['all', '全部', '100%', ['100%']])('can be %j: all at once after all', (batches) => {
    const { request } = resolve(rolling, [{ ...GOOD, batches }], { rolling: YAML });
    expect(request?.rollingFrom).toBeNull();
    expect(request?.plan).not.toHaveProperty('rolling');
    expect(request?.planDigest).toBe(planDigest(seed));
    const [aside, nobody] = told(rolling, [{ ...GOOD, batches }], { rolling: YAML });
    expect(aside).toMatch(
      /^ROLLING_CHANGED: the request deploys to all servers at once, in place of "/u,
    );
    expect(nobody).toMatch(
      /^NO_SERVICE_BETWEEN: production: all servers are stopped at the same time/u,
    );
    expect(told(seed, [{ ...GOOD, batches }])).toHaveLength(1);
  });

  it('of a template that says all at once is the template, before the default', () => {
    const all = planOf(withLabels(6, '**批次**: 全部'));
    const { request } = resolve(all, [GOOD], { rolling: YAML });
    expect(request?.plan).not.toHaveProperty('rolling');
    expect(ruleOf(all, [{ ...GOOD, batches: 1 }], { rolling: YAML })).toEqual({
      ...PLAIN,
      batches: ONE,
    });
  });

  it('never lowers the floor under the project’s pools', () => {
    const project = { floorPercent: 40 };
    const rule = ruleOf(seed, [{ ...GOOD, batches: 1, minimum_in_pool: '20%' }], project);
    expect(rule?.minimumInPoolPercent).toBe(40);
    expect(ruleOf(rolling, [GOOD], project)?.minimumInPoolPercent).toBe(60);
  });
});

describe('a request is refused', () => {
  const NEEDS =
    'BAD_REQUEST: a batch pause, a failure budget, a minimum in pool or an observation needs batches, and neither the template nor runsheet.yaml has any';
  it.each<[string, Json, string]>([
    ['with a pause alone', { batch_pause: '1m' }, NEEDS],
    ['with a budget alone', { failure_budget: 1 }, NEEDS],
    [
      'with no servers in a batch',
      { batches: 0 },
      'BAD_REQUEST: batches: a batch has at least one server',
    ],
    [
      'with 101 %',
      { batches: '101%' },
      'BAD_REQUEST: batches: the batch size "101%" is not between 0% and 100%',
    ],
    [
      'with a fraction',
      { batches: 0.25 },
      'BAD_REQUEST: batches: "0.25" is not the size of a batch',
    ],
    ['with an object', { batches: {} }, 'BAD_REQUEST: batches: "{}" is not the size of a batch'],
    [
      'with a list in a list',
      { batches: [[1]] },
      'BAD_REQUEST: batches: "[1]" is not the size of a batch',
    ],
    ['with true', { 批次: true }, 'BAD_REQUEST: 批次: "true" is not the size of a batch'],
    [
      'with seconds as a number',
      { batches: 1, observe: 30 },
      'BAD_REQUEST: observe: "30" is not a duration',
    ],
    [
      'with servers as a floor',
      { batches: 1, minimum_in_pool: 2 },
      'BAD_REQUEST: minimum_in_pool: "2" is not a percentage',
    ],
    [
      'with all and a pause',
      { batches: 'all', batch_pause: '1m' },
      'BAD_REQUEST: batch_pause has no effect when all servers are deployed to at once',
    ],
    ['with batches twice', { batches: 1, 批次: 2 }, 'BAD_REQUEST: 批次 is given twice'],
    [
      'with an override twice',
      { batches: 1, overrides: { batches: 2 } },
      'BAD_REQUEST: batches is given twice',
    ],
    [
      'with a misspelt override',
      { overrides: { batchs: 2 } },
      'BAD_REQUEST: overrides has no key batchs',
    ],
  ])('%s', (_name, asked, problem) => {
    const inputs = [GOOD, asked];
    expect(resolve(seed, inputs).request).toBeNull();
    expect(errors(seed, inputs)).toEqual([problem]);
  });

  it('with the nearest name, and nothing about digests that nobody can know', () => {
    const { diagnostics } = resolve(seed, [
      { ...GOOD, batchs: 1, batches: 'x', plan_digest: `sha256:${'0'.repeat(64)}` },
    ]);
    expect(diagnostics.map((each) => each.code)).toEqual(['BAD_REQUEST', 'UNKNOWN_PARAMETER']);
    expect(diagnostics[1]?.remedy?.en).toBe('did you mean "batches"?');
  });

  it('where its text says something else under 但修改', () => {
    const { diagnostics } = resolve(seed, ['执行 deployment.md 模板\n但修改:\n- 批茨: 1', GOOD]);
    expect(diagnostics[0]?.remedy?.zh).toContain('批次: 1');
  });
});

describe('a run sheet that cannot roll', () => {
  const noPool = planOf(
    edit(edit(judgedByStepsOnly, '- 从负载均衡器移除\n', ''), '- 将服务器重新加入负载均衡池\n', ''),
  );
  const checksOnly = {
    ...seed,
    steps: seed.steps.filter((step) => step.number < 3),
  };

  it('is refused where the request asks for batches', () => {
    const found = errors(noPool, [{ ...GOOD, batches: 1 }]);
    expect(found).toEqual([
      'BAD_REQUEST: no server is taken out of the load balancer in steps 6–7: a batch would be stopped under traffic',
      'BAD_REQUEST: the servers are not put back into the pool in steps 6–7: a batch would not serve again before the next one begins',
    ]);
    expect(errors(checksOnly, [{ ...GOOD, batches: 1 }])).toEqual([
      'BAD_REQUEST: no step of deployment_workflow_v1 changes servers, so nothing can run in batches',
    ]);
  });

  it('is refused under the environment’s default, and says how to go all at once', () => {
    const { diagnostics } = resolve(noPool, [GOOD], { rolling: YAML });
    expect(diagnostics[0]).toMatchObject({ code: 'ROLLING_UNSATISFIABLE' });
    expect(diagnostics[0]?.remedy?.en).toContain('--batches all');
    expect(errors(noPool, [{ ...GOOD, batches: 'all' }], { rolling: YAML })).toEqual([]);
  });

  it('that changes no server is not what the default is about', () => {
    expect(resolve(checksOnly, [GOOD], { rolling: YAML })).toMatchObject({
      request: { rollingFrom: null },
      diagnostics: [],
    });
  });
});

describe('what these servers can never keep is refused with the numbers', () => {
  const refusal = (asked: Json, project?: Project) => {
    const { request, diagnostics } = resolve(seed, [GOOD, asked], project);
    expect(request).toBeNull();
    return renderDiagnostics(diagnostics, 'en');
  };

  it('a floor above what one server leaves', () => {
    expect(refusal({ batches: '25%', minimum_in_pool: '90%' })).toBe(
      `error ROLLING_UNSATISFIABLE: the pool of production has 3 servers; the minimum in pool (90%) keeps all of them in it, and this run takes out 1 at once
  expected: 0
  actual: 1
  remedy: no batch works: with one server at a time the minimum in pool is at most 66%: --batches 1 --minimum-in-pool 66%`,
    );
    expect(errors(seed, [{ ...GOOD, batches: 1, minimum_in_pool: '66%' }])).toEqual([]);
  });

  it('a batch that is too large, with the largest that works', () => {
    const pool = [...SERVERS, 'app-server-4', 'app-server-5'];
    const asked = { batches: 3, minimum_in_pool: '50%' };
    expect(refusal(asked, { pool })).toContain('let a batch have at most 2: --batches 2');
    expect(refusal(asked)).toContain('let a batch have at most 1: --batches 1');
    expect(errors(seed, [{ ...GOOD, batches: 2, minimum_in_pool: '50%' }], { pool })).toEqual([]);
  });

  it('a floor under a pool of one', () => {
    const one = { environment: 'production', servers: ['app-server-1'], version: 'v1' };
    const { diagnostics } = resolve(seed, [{ ...one, batches: 1, minimum_in_pool: '10%' }], {
      pool: ['app-server-1'],
    });
    expect(diagnostics[0]?.remedy?.en).toBe(
      'with one server in the pool no batch works: deploy to all servers at once with --batches all, or add a server',
    );
  });

  it('a floor of the project under all of its pools', () => {
    const project = { floorPercent: 50 };
    expect(refusal({}, project)).toBe(
      `error ROLLING_UNSATISFIABLE: the pool of production has 3 servers; balancer.floor (50%) keeps 2 of them in it, so at most 1 may leave at a time, and this run takes out 3 at once
  expected: <= 1
  actual: 3
  remedy: let a batch have at most 1: --batches 1`,
    );
    expect(errors(seed, [{ ...GOOD, batches: 1 }], project)).toEqual([]);
    const pool = [...SERVERS, 'app-server-4', 'app-server-5', 'app-server-6'];
    expect(errors(seed, [GOOD], { ...project, pool })).toEqual([]);
    expect(refusal({ batches: 1 }, { floorPercent: 80 })).toContain(
      'no batch works: lower balancer.floor in runsheet.yaml to at most 66%, or add a server',
    );
    const checksOnly = { ...seed, steps: seed.steps.filter((step) => step.number < 3) };
    expect(errors(checksOnly, [GOOD], project)).toEqual([]);
  });

  it('a budget that all servers fit into', () => {
    expect(refusal({ batches: 1, failure_budget: 3 })).toBe(
      `error ROLLING_UNSATISFIABLE: the failure budget is 3 and the run has 3 servers: it would succeed even if all of them failed
  expected: 0 … 2
  actual: 3
  remedy: set it to at most 2: --failure-budget 2`,
    );
    expect(errors(seed, [{ ...GOOD, batches: 1, failure_budget: 2 }])).toEqual([]);
  });
});

describe('that nobody serves meanwhile', () => {
  const codes = (inputs: readonly Json[], project?: Project) =>
    resolve(seed, inputs, project).diagnostics.map((each) => each.code);

  it('is said where all servers of the pool go at once, with what to do', () => {
    const { request, diagnostics } = resolve(seed, [GOOD]);
    expect(request).not.toBeNull();
    expect(renderDiagnostics(diagnostics, 'zh')).toBe(
      `警告 NO_SERVICE_BETWEEN: production：所有服务器同时停止：从步骤 6 到步骤 9 都没有服务器提供服务
  办法: 要保持服务，请分批：--batches 1（请求中的「批次: 1」）；不分批时，内置负载均衡器会保留请求，真实的负载均衡器会返回 503`,
    );
  });

  it('is said where the first batch is all there is', () => {
    expect(codes([{ ...GOOD, batches: 3 }])).toEqual(['NO_SERVICE_BETWEEN']);
    const one = { ...GOOD, servers: ['app-server-1'], batches: 1 };
    const { diagnostics } = resolve(seed, [one], { pool: ['app-server-1'] });
    expect(diagnostics[0]?.remedy?.en).toContain('with one, batches cannot keep it serving');
  });

  it('is not said where others serve on', () => {
    expect(codes([{ ...GOOD, batches: 1 }])).toEqual([]);
    expect(codes([GOOD], { pool: [...SERVERS, 'app-server-4'] })).toEqual([]);
  });

  it('is in the warnings of the run, once, as its batches make it', () => {
    const runOf = (text: string, ...asked: Json[]) => {
      const inputs = [...asked, { requested_by: 'carol' }];
      const project: RunProject = {
        service: 'quotes',
        settings: SETTINGS,
        environments: { production: { servers: SERVERS } },
        people: { carol: { name: 'Carol' } },
        approval: { allowSelfApproval: false, reminderSeconds: 0 },
      };
      const { run } = resolveRun({
        templateId: 'deployment_workflow_v1',
        inputs,
        templates: [{ file: 'a.md', origin: 'project', bytes: new TextEncoder().encode(text) }],
        project,
        compile: ({ file, bytes }) => {
          const { plan, parameters, diagnostics } = compileTemplate({ file, bytes });
          return { plan, parameters, digest: plan === null ? '' : planDigest(plan), diagnostics };
        },
      });
      return run;
    };
    expect(runOf(ownText, GOOD)?.warnings).toEqual([
      'production：所有服务器同时停止：从步骤 6 到步骤 9 都没有服务器提供服务',
    ]);
    const batched = runOf(ownText, { ...GOOD, batches: 1 });
    expect(batched).toMatchObject({ warnings: [], rollingFrom: 'request', poolSize: 3 });
    expect(batched?.planDigest).toBe(batched === null ? '' : planDigest(batched?.plan ?? seed));
    const text = withLabels(6, '**批次**: 1');
    expect(runOf(text, GOOD)).toMatchObject({ warnings: [], rollingFrom: 'template' });
  });
});

describe('a parameter with the name of a batch setting', () => {
  const own = planOf(
    edit(
      ownText,
      '  skip_tests:\n',
      '  batches:\n    type: number\n    required: false\n    description: 批数\n\n  skip_tests:\n',
    ),
  );

  it('is a parameter, which is said', () => {
    const { request, diagnostics } = resolve(own, [{ ...GOOD, batches: 1 }]);
    expect(request?.parameters['batches']).toBe(1);
    expect(request?.plan).not.toHaveProperty('rolling');
    expect(diagnostics.map((each) => `${each.severity} ${each.code}`)).toEqual([
      'hint ROLLING_SHADOWED',
      'warning NO_SERVICE_BETWEEN',
    ]);
  });

  it('leaves overrides, 但修改 and the label to the batches', () => {
    expect(ruleOf(own, [{ ...GOOD, overrides: { batches: 1 } }])?.batches).toEqual(ONE);
    expect(ruleOf(own, [{ ...GOOD, 批次: 1 }])?.batches).toEqual(ONE);
    const text = '执行 deployment.md 模板\n但修改:\n- batches: 1';
    expect(ruleOf(own, [text, GOOD])?.batches).toEqual(ONE);
  });
});

describe('an example of a template', () => {
  const withExample = (lines: string, text = ownText) =>
    compileTemplate({
      file: 'a.md',
      text: edit(text, '- skip_tests: true\n', `- skip_tests: true\n${lines}\n`),
    }).diagnostics.filter((each) => each.code === 'BAD_EXAMPLE');

  it('may ask for batches', () => {
    expect(withExample('- 批次: [1, 50%]\n- batch_pause: 1m')).toEqual([]);
    expect(withExample('但修改:\n- Batches: 1')).toEqual([]);
  });

  it('is wrong where they are, or where the run sheet cannot roll', () => {
    expect(withExample('- 批次: 很多')[0]).toMatchObject({
      message: { en: '"很多" is not the size of a batch' },
      place: { line: 213 },
    });
    const noEnable = edit(judgedByStepsOnly, '- 将服务器重新加入负载均衡池\n', '');
    expect(withExample('- 批次: 1', noEnable)).toHaveLength(1);
    const nothing = edit(noEnable, stepText(noEnable, 6) + stepText(noEnable, 7), '');
    expect(withExample('- 批次: 1', nothing)[0]?.message.en).toContain('no step changes servers');
  });
});

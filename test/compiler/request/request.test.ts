import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import { resolveRequest } from '../../../src/compiler/request/resolve.ts';
import { parseTextRequest } from '../../../src/compiler/request/text.ts';
import type { Json } from '../../../src/plan/plan.ts';

const SEED =
  ['../shared/seed/deployment.md', 'templates/deployment.md'].find((file) => existsSync(file)) ??
  '';
const { plan } = compileTemplate({ file: 'deployment.md', bytes: readFileSync(SEED) });
if (plan === null) throw new Error('the seed does not compile');
const environments = {
  production: { servers: ['app-server-1', 'app-server-2', 'app-server-3'] },
  staging: { servers: ['staging-server-1'] },
};
const actions = { 数据库迁移验证: { argv: ['true'], on: 'worker' as const, timeoutSeconds: 1 } };
const GOOD = { environment: 'production', servers: ['app-server-1'], version: 'v2.1.0' };

function resolve(...inputs: Json[]) {
  if (plan === null) throw new Error('no plan');
  return resolveRequest({
    plan,
    planDigest: planDigest(plan),
    inputs,
    project: { environments, actions, balancer: null },
    templateFiles: ['deployment.md'],
  });
}
const codes = (...inputs: Json[]): string[] =>
  resolve(...inputs).diagnostics.map((each) => each.code);

test('the usage examples of the seed resolve, the third with its parameters as a second input', () => {
  const blocks = [...readFileSync(SEED, 'utf8').matchAll(/```\n((?:执行|基于)[^`]*)```/gu)].map(
    (each) => each[1] ?? '',
  );
  expect(blocks).toHaveLength(3);
  expect(resolve(blocks[0] ?? '').request?.servers).toHaveLength(3);
  expect(resolve(blocks[1] ?? '').request?.parameters['skip_tests']).toBe(true);
  expect(codes(blocks[2] ?? '')).toContain('MISSING_PARAMETER');
  expect(resolve(blocks[2] ?? '', GOOD).request?.overrides).toEqual({
    skip: [{ step: 1, reason: '代码检查已在CI完成' }],
    add: [
      {
        step: 8,
        phrase: '数据库迁移验证',
        task: { action: 'project.command', settings: { name: '数据库迁移验证' } },
      },
    ],
  });
});

test('English and full-width forms read the same', () => {
  const { request, diagnostics } = parseTextRequest(
    'Run deployment.md\nParameters：\n- version： 1.10\nwith changes:\n- Skip step 1 (done in CI)\n- Step 8 add X',
  );
  expect(diagnostics).toEqual([]);
  expect(request).toMatchObject({
    parameters: [{ name: 'version', text: '1.10' }],
    skip: [{ step: 1, reason: 'done in CI' }],
    add: [{ step: 8, task: 'X' }],
  });
});

test.each<[string, Json, string]>([
  ['missing', { environment: 'production' }, 'MISSING_PARAMETER'],
  ['extra', { ...GOOD, verison: 'x' }, 'UNKNOWN_PARAMETER'],
  ['ill-typed', { ...GOOD, version: 1.1 }, 'BAD_PARAMETER'],
  ['enum', { ...GOOD, environment: 'prod' }, 'BAD_PARAMETER'],
  ['no servers', { ...GOOD, servers: [] }, 'BAD_PARAMETER'],
  ['repeated server', { ...GOOD, servers: ['app-server-1', 'app-server-1'] }, 'DUPLICATE_SERVER'],
  ['unknown server', { ...GOOD, servers: ['app-server-9'] }, 'UNKNOWN_SERVER'],
  ['look-alike', { ...GOOD, servers: ['аpp-server-1'] }, 'UNKNOWN_SERVER'],
  ['other environment', { ...GOOD, environment: 'staging' }, 'WRONG_ENVIRONMENT'],
  ['shell', { ...GOOD, version: 'v1;reboot' }, 'BAD_PARAMETER'],
  ['option', { ...GOOD, servers: ['-oProxyCommand=x'] }, 'BAD_PARAMETER'],
  ['tag too long', { ...GOOD, version: `v${'1'.repeat(120)}` }, 'BAD_PARAMETER'],
  ['approvers', { ...GOOD, approvers: ['me'] }, 'UNTRUSTED_POLICY'],
  ['plan changed', { ...GOOD, plan_digest: `sha256:${'0'.repeat(64)}` }, 'PLAN_CHANGED'],
  [
    'unknown task',
    { ...GOOD, overrides: { add: [{ step: 8, task: '数据库迁移' }] } },
    'UNKNOWN_TASK',
  ],
  ['no reason', { ...GOOD, overrides: { skip: [{ step: 1 }] } }, 'BAD_REQUEST'],
  ['other template', '执行 rollback.md 模板\n参数:\n- version: v1', 'UNKNOWN_TEMPLATE'],
])('%s is refused', (_name, input, code) => {
  expect(resolve(input).request).toBeNull();
  expect(codes(input)).toContain(code);
});

test.each([3, 4, 5, 6, 7, 8, 9])('step %i cannot be skipped by a request', (step) => {
  expect(codes({ ...GOOD, overrides: { skip: [{ step, reason: 'r' }] } })).toEqual([
    'NOT_SKIPPABLE',
  ]);
});

test.each([1, 2, 10])('step %i can', (step) => {
  expect(codes({ ...GOOD, overrides: { skip: [{ step, reason: 'r' }] } })).toEqual([]);
});

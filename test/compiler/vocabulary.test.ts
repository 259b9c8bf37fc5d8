import { expect, test } from 'vitest';
import { readQuorum } from '../../src/compiler/check/approval.ts';
import { compileTemplate, parseDurationMs, type Vocabulary } from '../../src/compiler/index.ts';
import { parseExpression } from '../../src/compiler/parse/expression.ts';
import { parseComparative } from '../../src/compiler/parse/quantity.ts';
import { edit, ownText } from './reference.ts';

const NONE: Vocabulary = { roles: {}, actions: {} };

function codes(text: string, vocabulary: Vocabulary): readonly string[] {
  return compileTemplate({ text, file: 'a.md', vocabulary }).diagnostics.map((each) => each.code);
}

test('a project phrase becomes project.command with its name', () => {
  const text = edit(ownText, '- 检查服务端口响应', '- 数据库迁移验证\n- 检查服务端口响应');
  const action = { argv: ['true'], on: 'worker', timeoutSeconds: 30 } as const;
  const { plan, diagnostics } = compileTemplate({
    text,
    file: 'a.md',
    vocabulary: { ...NONE, actions: { 数据库迁移验证: action } },
  });
  const step = plan?.steps.find((each) => each.number === 8);
  expect(step).toMatchObject({
    tasks: [{ action: 'project.command', settings: { name: '数据库迁移验证' } }, {}, {}, {}, {}],
  });
  expect(diagnostics.map((each) => each.code)).not.toContain('UNKNOWN_TASK');
});

test('channels that the project has not configured are warnings', () => {
  expect(codes(ownText, { ...NONE, channels: ['email'] })).toContain('CHANNEL_NOT_CONFIGURED');
  expect(codes(ownText, { ...NONE, channels: ['email', 'slack'] })).not.toContain(
    'CHANNEL_NOT_CONFIGURED',
  );
});

test('environments that roll by default are left out of what is said about the outage', () => {
  const { diagnostics } = compileTemplate({
    text: ownText,
    file: 'a.md',
    vocabulary: { ...NONE, rollingEnvironments: ['production'] },
  });
  const found = diagnostics.find((each) => each.code === 'NO_SERVICE_BETWEEN');
  expect(found?.message.en).toContain(
    '(except in production, for which runsheet.yaml has batches)',
  );
  expect(found?.message.zh).toContain('（production 除外：runsheet.yaml 让它们分批）');
});

test('a rule that the people cannot meet is an error', () => {
  const everyone = edit(ownText, '至少一人批准', '全部批准');
  const both = { roles: ['tech_lead', 'ops_lead'] };
  expect(codes(everyone, { ...NONE, people: { a: both } })).toContain('POLICY_UNSATISFIABLE');
  expect(
    codes(everyone, { ...NONE, people: { a: both, b: { roles: ['tech_lead'] } } }),
  ).not.toContain('POLICY_UNSATISFIABLE');
  expect(
    codes(edit(ownText, '至少一人', '至少三人'), { ...NONE, people: { a: both, b: both } }),
  ).toContain('POLICY_UNSATISFIABLE');
  expect(codes(ownText, { ...NONE, people: { a: { roles: [] } } })).toContain(
    'POLICY_UNSATISFIABLE',
  );
});

test.each([
  ['24小时', 86_400_000],
  ['30秒', 30_000],
  ['1 小时 30 分钟', 5_400_000],
  ['24 hours', 86_400_000],
  ['30s', 30_000],
  ['5m', 300_000],
  ['500ms', 500],
  ['0.5秒', 500],
  ['2天', 172_800_000],
  ['0s', null],
  ['abc', null],
  ['5', null],
  ['', null],
  ['9999天', null],
])('duration %s', (text, expected) => expect(parseDurationMs(text)).toBe(expected));

test.each([
  ['至少一人批准', { kind: 'any' }],
  ['全部批准', { kind: 'all' }],
  ['至少2人批准', { kind: 'count', people: 2 }],
  ['两人批准', { kind: 'count', people: 2 }],
  ['everyone', { kind: 'all' }],
  ['at least one person', { kind: 'any' }],
  ['at least three people', { kind: 'count', people: 3 }],
  ['0人', null],
  ['whoever', null],
])('quorum %s', (text, expected) => expect(readQuorum(text)).toEqual(expected));

test.each([
  ['测试通过率不低于 95%', '>=', '95%'],
  ['响应时间不超过500ms', '<=', '500ms'],
  ['错误率低于1%', '<', '1%'],
  ['Test pass rate is at least 95%', '>=', '95%'],
  ['Critical tests 100% pass', '==', '100%'],
  ['覆盖率 > 80%', '>', '80%'],
])('comparison %s', (text, comparison, figure) =>
  expect(parseComparative(text)).toMatchObject({ comparison, figure }),
);

test.each([
  'a == 1 and not (b != "x" or c >= 2)',
  '参数 `a` 为 真 且 变量 b 不为 假',
  'parameter `a` is not true',
  'a < -1.5',
])('expression %s', (text) => expect(parseExpression(text).problem).toBeNull());

test.each(['a ==', '== 1', '(a', 'a b', 'a § b', '', `${'('.repeat(60)}a`, 'a and '.repeat(150)])(
  'not an expression: %s',
  (text) => expect(parseExpression(text).tree).toBeNull(),
);

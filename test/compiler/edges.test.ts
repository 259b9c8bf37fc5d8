/** Edits of the own write-up and the codes that they give, errors and warnings of the reference aside. */
import { describe, expect, it, test } from 'vitest';
import { compile, edit, ownText, planOf } from './reference.ts';

const USUAL = ['NO_SERVICE_BETWEEN', 'UNKNOWN_TASK'];
const codes = (text: string): readonly string[] =>
  compile(text)
    .diagnostics.map((each) => each.code)
    .filter((code) => !USUAL.includes(code));

const SKIP = '参数 `skip_tests` 为 true';
const TYPE = '    type: boolean\n';

test.each([
  // expressions
  [SKIP, '`skip_tests`', []],
  [SKIP, 'not skip_tests', []],
  [SKIP, 'skip_tests 或 environment == "staging"', []],
  [SKIP, '(version != "v1") 且 skip_tests', []],
  [SKIP, "environment == 'staging'", []],
  [SKIP, 'environment == “staging”', []],
  [SKIP, 'environment == ‘staging’', []],
  [SKIP, 'version 为 空', []],
  [SKIP, '非 version', ['BAD_EXPRESSION']],
  [SKIP, 'version 且 skip_tests', ['BAD_EXPRESSION']],
  [SKIP, 'version', ['BAD_EXPRESSION']],
  [SKIP, 'version > "v1"', ['BAD_EXPRESSION']],
  [SKIP, 'servers == 1', ['BAD_EXPRESSION']],
  [SKIP, 'environment == production', ['UNKNOWN_REFERENCE']],
  [SKIP, 'not (nobody)', ['UNKNOWN_REFERENCE']],
  ['`variables.require_approval` 为 false', '变量 require_approval 为 optional', []],
  ['`variables.require_approval` 为 false', 'variables.require_approval 为 3', ['BAD_EXPRESSION']],
  // branches
  ['require_approval = optional', 'require_approval = maybe', ['BAD_BRANCH']],
  ['require_approval = optional', 'require_approval = "later"', []],
  ['require_approval = optional', 'require_approval = 3', []],
  ['需要审批 → 进入步骤5', '需要审批 → 进入步骤5；进入步骤6', ['BAD_BRANCH']],
  ['if environment == "production":', '如果 environment 等于 "production"：', []],
  [
    'if environment == "production":',
    '进入步骤5',
    ['BAD_BRANCH', 'BAD_BRANCH', 'BAD_BRANCH', 'BAD_BRANCH'],
  ],
  // parameters
  [
    TYPE,
    '',
    ['MISSING_FIELD', 'BAD_FIELD', 'BAD_EXPRESSION', 'BAD_EXPRESSION', 'BAD_EXPRESSION'],
    'codes vary',
  ],
  [TYPE, '    typ: boolean\n', ['MISSING_FIELD'], 'codes vary'],
  ['enum: [development, staging, production]', 'enum: []', ['BAD_FIELD'], 'codes vary'],
  [
    'enum: [development, staging, production]',
    'enum: [production, [x]]',
    ['BAD_FIELD'],
    'codes vary',
  ],
  ['  skip_tests:\n', '  skip-tests:\n', ['BAD_FIELD'], 'codes vary'],
  ['  version:\n    type: string', '  other: 5\n  version:\n    type: string', ['BAD_FIELD']],
  [
    '  version:\n    type: string',
    '  extra:\n    type: object\n    default: {a: [1, null]}\n  version:\n    type: string',
    [],
  ],
  ['    type: array', '    type: string', ['BAD_FIELD'], 'codes vary'],
  [
    '```yaml\nparameters:',
    '备注\n\n```yaml\n- a\n```\n\n```yaml\nparameters:',
    ['BAD_YAML'],
    'codes vary',
  ],
  ['```yaml\ntemplate_id', '```yaml\n[1]: x\ntemplate_id', ['BAD_YAML']],
  ['version: 1.0.0', 'version: 1.10', []],
  // criteria
  ['响应时间 < 500ms', '响应时间不超过 0.5 秒', []],
  ['无活跃连接', '活跃连接 <= 3', []],
  ['无活跃连接', '活跃连接 <= 很少', ['BAD_FIELD']],
  ['负载分布均匀', '负载偏差 <= 150%', []],
  ['测试通过率 >= 95%', '测试通过率 <= 95%', ['BAD_FIELD'], 'warning'],
  ['响应时间 < 500ms', '响应时间 >= 500ms', ['BAD_FIELD'], 'warning'],
  ['- 关键功能测试 100% 通过', '- 100% of critical tests pass', []],
  ['- 无严重代码问题', '- 好', ['UNKNOWN_PHRASE']],
  ['镜像标签: `${version}-${environment}`', '镜像标签 > 5', ['BAD_FIELD']],
  // rollback
  ['如果在步骤6之前失败', '如果在步骤1之前失败', ['BAD_FIELD']],
  ['如果在步骤8-9失败', '如果在步骤9之后失败', []],
  ['如果在步骤8-9失败', '如果在步骤10之后失败', ['BAD_FIELD']],
  ['如果在步骤8-9失败', '如果在步骤9失败', []],
  ['如果在步骤8-9失败', '如果在步骤99失败', ['MISSING_STEP']],
  ['如果在步骤8-9失败', '如果在步骤9-8失败', ['BAD_FIELD']],
  ['如果在步骤8-9失败', '如果在哪里失败', ['BAD_FIELD']],
  ['失败 → 恢复旧版本服务', '失败', ['BAD_FIELD']],
  // examples and notes
  ['- skip_tests: true', '- skip_test: true', ['BAD_EXAMPLE']],
  ['- 跳过步骤1（', '- 跳过步骤77（', ['BAD_EXAMPLE']],
  ['但修改:', '胡说八道', ['BAD_EXAMPLE', 'BAD_EXAMPLE', 'BAD_EXAMPLE']],
  ['## 回滚策略', '## 备注\n\n> 引用\n\n- 随便写\n\n## 回滚策略', []],
  ['[action]\n**描述**: 发布', '[action]\n- 先说一句\n\n**描述**: 发布', ['UNKNOWN_LABEL']],
  ['**成功条件**:', '**成功条件**: 无严重代码问题', ['BAD_FIELD']],
  ['- 部署版本: ${version}', '- 完成', []],
  // a label right after a bullet, which Markdown reads as part of the bullet
  ['- 无高危安全漏洞\n\n**跳过', '- 无高危安全漏洞\n**跳过', []],
  ['- 运行代码静态分析工具\n', '- 运行代码静态分析工具\n  - 检查代码规范\n', []],
] as const)('%s → %s', (from, to, expected, how?: string) => {
  const found = codes(edit(ownText, from, to));
  if (how === 'codes vary') expect(found).toContain(expected[0]);
  else expect(found).toEqual(expected);
});

test('a number in the text is the one that runs', () => {
  const step = planOf(edit(ownText, '无活跃连接', '活跃连接 <= 3')).steps.find(
    (each) => each.number === 6,
  );
  expect(step).toMatchObject({
    criteria: [{}, { fact: 'connections.active', comparison: '<=', threshold: 3 }, {}],
  });
  expect(planOf(edit(ownText, 'version: 1.0.0', 'version: 1.10')).templateVersion).toBe('1.10');
});

test('lists and quotes that nest without end are refused or read, never thrown', () => {
  expect(compile(`${'>'.repeat(5000)} a`).plan).toBeNull();
  expect(compile('# x\n'.repeat(3000)).plan).toBeNull();
});

test('hundreds of warnings do not hide an error', () => {
  const warnings = '- 错误率 > 1%\n'.repeat(300);
  const { plan, diagnostics } = compile(edit(ownText, '- 错误率 < 1%\n', `${warnings}- 好\n`));
  expect(plan).toBeNull();
  expect(diagnostics.some((each) => each.severity === 'error')).toBe(true);
});

test('a thousand mistakes are 200, closed by the number of the others', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `- 运行代码静态分所工具${index}`);
  const { plan, diagnostics } = compile(edit(ownText, '### 2.', `${many.join('\n')}\n\n### 2.`));
  expect(plan).toBeNull();
  expect(diagnostics).toHaveLength(201);
  const last = diagnostics.at(-1);
  expect(last).toMatchObject({ code: 'TOO_LARGE', severity: 'hint' });
  expect(last?.message.en).toMatch(/^… and more problems: \d{3}$/u);
});

test.each(['[a](b ', '<a ', '**a _b ', '` `` '])(
  'paragraphs full of %j are read in time that grows with their length',
  (inline) => {
    const line = inline.repeat(8);
    const text = (lines: number): string =>
      edit(ownText, '### 2.', `${Array(lines).fill(line).join('\n')}\n\n### 2.`);
    const cpuMs = (lines: number): number => {
      const before = process.cpuUsage();
      compile(text(lines));
      return process.cpuUsage(before).user / 1000;
    };
    cpuMs(125);
    expect(cpuMs(1000)).toBeLessThan(40 * Math.max(10, cpuMs(125)));
  },
);

describe('a block of very many lines', () => {
  /** Errors; a hint says that not every problem is listed. */
  const tooLarge = (text: string) =>
    compile(text).diagnostics.filter(
      ({ code, severity }) => code === 'TOO_LARGE' && severity === 'error',
    );
  const withLines = (count: number, line: string): string =>
    `${ownText}\n${`${line}\n`.repeat(count)}`;

  it.each(['| a | b |', 'words', '- item', '**Label**: value'])(
    'is refused with the line on which it begins: %s',
    (line) => {
      const { diagnostics } = compile(withLines(1_001, line));
      expect(diagnostics.map(({ code }) => code)).toEqual(['TOO_LARGE']);
      expect(diagnostics[0]?.message.en).toMatch(
        /^the block that begins on line \d+ is too long$/u,
      );
    },
  );

  it('is refused for its characters, too: the inline rules read it as one line', () => {
    const text = `${ownText}\n${`${'*a_'.repeat(3_000)}\n`.repeat(3)}`;
    expect(tooLarge(text)).toHaveLength(1);
  });

  it('is read up to the limit, and beyond it with an empty line', () => {
    expect(tooLarge(withLines(900, 'words'))).toEqual([]);
    expect(tooLarge(withLines(1_200, 'words\n'))).toEqual([]);
  });
});

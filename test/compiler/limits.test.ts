/** What costs more to read than its length is worth is refused before it is read. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { compile, edit, ownText, planOf, seedText } from './reference.ts';

const withBlock = (block: string): string => `${ownText}\n${block}\n`;
/** Errors; a hint says that not every problem is listed. */
const refusals = (text: string): readonly Diagnostic[] =>
  compile(text).diagnostics.filter(
    ({ code, severity }) => code === 'TOO_LARGE' && severity === 'error',
  );
const firstLine = ownText.split('\n').length + 1;

describe('lists and quotes that one line begins', () => {
  it.each([
    ['bullets', '- '],
    ['quotes', '> '],
    ['quotes side by side', '>'],
    ['numbers', '1. '],
    ['quotes and bullets', '> * '],
  ])('%s: 20 are read, one more is not', (_name, piece) => {
    const each = piece.trim().split(' ').length;
    expect(refusals(withBlock(`${piece.repeat(20 / each)}a`))).toEqual([]);
    expect(compile(withBlock(`${piece.repeat(20 / each)}- a`)).diagnostics).toMatchObject([
      {
        code: 'TOO_LARGE',
        message: {
          en: `line ${firstLine} begins too many lists or quotes inside one another`,
          zh: `第 ${firstLine} 行开始了太多层列表或引用`,
        },
        expected: { en: 'at most 20 on a line' },
        place: { line: firstLine, column: 1 },
        actual: '21',
      },
    ]);
  });

  it.each([
    ['bullets', '- a\n'],
    ['bullets apart', '- a\n\n'],
    ['numbers', '1. a\n'],
    ['bullets without a text', '- \n'],
    ['ten on a line', `${'- '.repeat(10)}a\n\n`],
  ])('%s: 5,000 are read in a run sheet, one more is not', (_name, piece) => {
    const own = ownText.match(/^\s*(?:[-*+]|\d+\.) |^>/gmu)?.length ?? 0;
    const each = piece === '- \n' ? 1 : (piece.match(/- |1\. /gu)?.length ?? 0);
    const blocks = (count: number): string =>
      Array.from({ length: count }, (_, at) => (at % 500 === 499 ? `${piece}\n` : piece)).join('');
    const most = Math.floor((5_000 - own) / each);
    expect(refusals(withBlock(blocks(most)))).toEqual([]);
    const [problem, ...others] = compile(withBlock(blocks(most + 1))).diagnostics;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: 'TOO_LARGE',
      message: { en: expect.stringMatching(/^there are too many list items, by line \d+$/u) },
      expected: { en: 'at most 5000 in a run sheet', zh: '一份操作单最多 5000 项' },
    });
  });

  it.each(['- '.repeat(60), '* '.repeat(60), '*'.repeat(60), '-'.repeat(200)])(
    'a rule across the page is none: %s',
    (rule) => {
      expect(refusals(withBlock(rule.trimEnd()))).toEqual([]);
    },
  );
});

describe('marks of emphasis between two empty lines', () => {
  it('the reference template is far below the limit', () => {
    expect(planOf(seedText).steps).toHaveLength(10);
  });

  it('are refused with the line on which they begin, before anything is read', () => {
    const { diagnostics, plan } = compile(withBlock('*a_'.repeat(2_000)));
    expect(plan).toBeNull();
    expect(diagnostics).toMatchObject([
      {
        code: 'TOO_LARGE',
        severity: 'error',
        message: {
          en: `the block that begins on line ${firstLine} has too many emphasis marks (* and _)`,
          zh: `从第 ${firstLine} 行开始的一段里，强调标记 * 和 _ 太多`,
        },
        expected: { en: 'at most 500 of them before an empty line' },
        remedy: {
          en: 'put an empty line into the block, or remove the * and _ that are not needed',
        },
        place: { line: firstLine, column: 1 },
        actual: '4000',
      },
    ]);
  });

  it.each([
    ['stars', '*a ', 1],
    ['stars and underscores', '*a_ ', 2],
    ['underscores before words', '_a ', 1],
    ['underscores behind words', 'a_ ', 1],
    ['pairs', '**a** ', 2],
    ['on several lines', '**Label**: value\n', 2],
    ['in a list', '- **a**\n', 2],
    ['in a table', '| **a** | b |\n', 2],
    ['in a quote', '> _a_\n', 2],
  ])('%s: 500 are read, one more is not', (_name, piece, marks) => {
    const most = piece.repeat(500 / marks).trimEnd();
    expect(refusals(withBlock(most))).toEqual([]);
    expect(refusals(withBlock(`${most} *`))).toHaveLength(1);
    expect(refusals(withBlock(`${most}\n\n${most}`))).toEqual([]);
  });

  it.each(['snake_case ', '名_字 ', '__init__x', `${'*'.repeat(400)} `])(
    'what begins and ends nothing is none, and marks side by side are one: %j',
    (piece) => {
      const count = Math.floor(9_000 / piece.length);
      expect(refusals(withBlock(`${piece.repeat(Math.min(count, 490))}`))).toEqual([]);
    },
  );
});

describe('a block of parameters', () => {
  const withKeys = (keys: string): string => edit(ownText, 'parameters:\n', `parameters:\n${keys}`);

  it.each([
    ['at once', '  p: {type: string}\n  p: {type: string}\n', 1],
    ['quoted', '  p: {type: string}\n  "p": {type: string}\n', 1],
    ['within a parameter', '  p:\n    type: string\n    type: string\n', 2],
    ['in braces', '  p: {type: string, type: string}\n', 0],
  ])('has a key once, or the second is told at its line: %s', (_name, keys, below) => {
    const text = withKeys(keys);
    const first = text.slice(0, text.indexOf(keys)).split('\n').length;
    expect(compile(text).diagnostics[0]).toMatchObject({
      code: 'BAD_YAML',
      message: { en: expect.stringContaining('Map keys must be unique') },
      place: { line: first + below },
    });
  });

  it('takes keys that are written differently for two', () => {
    const codes = compile(withKeys('  p: {type: number, enum: [1.0, 1.00]}\n')).diagnostics;
    expect(codes.map(({ code }) => code)).not.toContain('BAD_YAML');
  });

  it('explains every line of a value, and none behind it', () => {
    const keys = '  p:\n    type: string\n    description: |\n      a\n\n      b\n\n';
    const rows = compile(withKeys(keys)).explanation;
    const at = rows.findIndex(({ text }) => text === '  p:');
    expect(rows.slice(at, at + 7).map(({ kind }) => kind)).toEqual([
      'parameter',
      'parameter',
      'prose',
      'prose',
      'prose',
      'prose',
      'blank',
    ]);
  });
});

describe('steps', () => {
  const withSteps = (count: number): string => {
    const more = Array.from(
      { length: count - 10 },
      (_, index) => `### ${index + 11}. Step [action]\n**执行内容**:\n- 检查代码规范符合性\n`,
    );
    return edit(ownText, '## 回滚策略', `${more.join('\n')}\n## 回滚策略`);
  };

  it('are 200 at most', () => {
    expect(planOf(withSteps(200)).steps).toHaveLength(200);
  });

  it.each([201, 300])('are refused at the first one beyond: %d', (count) => {
    const text = withSteps(count);
    expect(refusals(text)).toMatchObject([
      {
        message: { en: 'there are too many steps', zh: '步骤太多' },
        expected: { en: 'at most 200 steps' },
        remedy: { en: 'split them into several run sheets' },
        place: { line: text.split('\n').indexOf('### 201. Step [action]') + 1 },
      },
    ]);
  });
});

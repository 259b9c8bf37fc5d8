/** G1: what people paste is read as it was meant, or is an error that names the line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../src/compiler/index.ts';
import { property } from '../support/property.ts';
import { englishText, seedText } from './reference.ts';

interface Decoration {
  readonly name: string;
  /** What becomes of a line; the same line: it has nothing to decorate. */
  readonly of: (line: string) => string;
}

const bullet = (name: string, marker: string): Decoration => ({
  name,
  of: (line) => line.replace(/^(\s*)- /u, `$1${marker}`),
});
const before = (name: string, prefix: string): Decoration => ({
  name,
  of: (line) => (line.trim() === '' ? line : `${prefix}${line}`),
});
const replaced = (name: string, from: RegExp, to: string): Decoration => ({
  name,
  of: (line) => line.replace(from, to),
});

const DECORATIONS: readonly Decoration[] = [
  bullet('no-break space after the dash', '-\u00a0'),
  bullet('ideographic space after the dash', '-\u3000'),
  bullet('thin space after the dash', '-\u2009'),
  bullet('tab after the dash', '-\t'),
  bullet('no space after the dash', '-'),
  bullet('en dash', '– '),
  bullet('em dash', '— '),
  bullet('full-width dash', '－ '),
  bullet('bullet', '• '),
  bullet('middle dot', '・'),
  bullet('tick', '✓ '),
  bullet('asterisk', '* '),
  bullet('plus', '+ '),
  bullet('number', '1. '),
  bullet('number in brackets', '(1) '),
  bullet('Chinese number', '1、'),
  bullet('full-width number', '（1）'),
  bullet('circled number', '① '),
  bullet('letter', 'a) '),
  bullet('nothing', ''),
  before('two spaces', '  '),
  before('four spaces', '    '),
  before('eight spaces', '        '),
  before('tab', '\t'),
  before('no-break spaces', '\u00a0\u00a0'),
  before('ideographic space', '\u3000'),
  before('quote', '> '),
  before('quote without space', '>'),
  { name: 'table row', of: (line) => line.replace(/^- (.*)$/u, '| $1 |') },
  { name: 'list item of HTML', of: (line) => line.replace(/^- (.*)$/u, '<li>$1</li>') },
  { name: 'HTML comment', of: (line) => line.replace(/^- (.*)$/u, '<!-- - $1 -->') },
  { name: 'trailing spaces', of: (line) => (line === '' ? line : `${line}  \u00a0`) },
  replaced('label without its marks', /^\*\*([^*]+)\*\*/u, '$1'),
  replaced('label with underscores', /^\*\*([^*]+)\*\*/u, '__$1__'),
  replaced('label with full-width marks', /^\*\*([^*]+)\*\*/u, '＊＊$1＊＊'),
  replaced('label with one mark', /^\*\*([^*]+)\*\*/u, '*$1*'),
  replaced('full-width colon', /:(?=\s|$)/u, '：'),
  replaced('heading without a space', /^(#{2,3}) /u, '$1'),
  replaced('heading with a no-break space', /^(#{2,3}) /u, '$1\u00a0'),
  replaced('heading with an ideographic space', /^(#{2,3}) /u, '$1\u3000'),
  replaced('heading with full-width marks', /^### /u, '＃＃＃ '),
  replaced('heading one level deeper', /^### /u, '#### '),
];

const DOCUMENTS = [seedText, englishText];
/** What stands in a block is YAML, a branch or an example: each has a language of its own. */
const linesOf = (text: string): readonly number[] => {
  let inBlock = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*```/u.test(line)) {
      inBlock = !inBlock;
      return [];
    }
    return inBlock || line.trim() === '' ? [] : [index];
  });
};

function digestOf(text: string): string | null {
  const { plan } = compileTemplate({ file: 'deployment.md', text });
  return plan === null ? null : planDigest(plan);
}

const DIGEST = digestOf(seedText);

/** null: as it should be; else what went wrong. */
function verdict(document: string, at: number, decoration: Decoration): string | null {
  const lines = document.split('\n');
  const line = lines[at] ?? '';
  const changed = decoration.of(line);
  if (changed === line) return null;
  lines[at] = changed;
  const { plan, diagnostics } = compileTemplate({ file: 'deployment.md', text: lines.join('\n') });
  if (plan !== null && planDigest(plan) === DIGEST) return null;
  const told = diagnostics.filter(({ severity }) => severity === 'error');
  if (told.some(({ place }) => place?.line === at + 1)) return null;
  const said = told.map(({ code, place }) => `${code} at ${place?.line}`).join(', ');
  return `${decoration.name} in line ${at + 1} (${changed}): ${plan === null ? said : 'another plan'}`;
}

describe('G1: what people paste', () => {
  property(
    'G1 is the same plan, or an error that names the line: any form at any line',
    [
      fc
        .constantFrom(...DOCUMENTS)
        .chain((document) =>
          fc.tuple(
            fc.constant(document),
            fc.constantFrom(...linesOf(document)),
            fc.constantFrom(...DECORATIONS),
          ),
        ),
    ],
    ([document, at, decoration]) => {
      expect(verdict(document, at, decoration)).toBeNull();
    },
    { runs: 200 },
  );

  it('G1 a no-break space before the approvers of production leaves them theirs', () => {
    const text = seedText.replace('- production:', '-\u00a0production:');
    expect(digestOf(text)).toBe(DIGEST);
  });

  it.each([
    ['no space', '-production: 技术负责人 + 运维负责人'],
    ['en dash', '– production: 技术负责人 + 运维负责人'],
    ['four spaces', '    production: 技术负责人 + 运维负责人'],
  ])('G1 a line of approvers that is no item is told: %s', (_name, line) => {
    const text = seedText.replace('- production: 技术负责人 + 运维负责人', line);
    const { plan, diagnostics } = compileTemplate({ file: 'deployment.md', text });
    expect(plan).toBeNull();
    const at = text.split('\n').indexOf(line) + 1;
    expect(diagnostics.map(({ place }) => place?.line)).toContain(at);
  });
});

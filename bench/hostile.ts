/**
 * What hostile input costs, up to the limit of each reader: the slope of time over length, both as
 * logarithms. 1: linear; 2: quadratic. `npx tsx bench/hostile.ts`
 */
import { createRedactor } from '../src/adapters/secrets/redactor.ts';
import { compileTemplate, planDigest } from '../src/compiler/index.ts';
import { resolveRequest } from '../src/compiler/request/resolve.ts';
import { parseProject } from '../src/config/load-project.ts';
import { planOf, seedText } from '../test/compiler/reference.ts';

/** Shares of the limit that are measured. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
const ROUNDS = 3;
/** Below it, a slope says more about the clock than about the reader. */
const LEAST_MS = 4;
/** Just below the longest line of a run sheet. */
const LINE = 9_900;

interface Reader {
  readonly name: string;
  readonly limitBytes: number;
  readonly read: (text: string) => unknown;
  /** What stands before the hostile part. */
  readonly head?: string;
  /** What is repeated, by the name of its kind. */
  readonly kinds: Readonly<Record<string, (length: number) => string>>;
}

const repeat =
  (piece: string) =>
  (length: number): string =>
    piece.repeat(Math.ceil(length / Buffer.byteLength(piece)));
/** Each line another. */
const lines =
  (line: (index: number) => string) =>
  (length: number): string => {
    const all: string[] = [];
    for (let bytes = 0; bytes < length; bytes += Buffer.byteLength(all.at(-1) ?? ''))
      all.push(`${line(all.length)}\n`);
    return all.join('');
  };

/** As a run sheet may have it: an empty line now and then, no line that is too long. */
const blocks =
  (line: (index: number) => string) =>
  (length: number): string =>
    lines((index) => (index % 300 === 299 ? '' : line(index)))(length);
const wrapped = (piece: string) => lines((index) => (index % 2 === 1 ? '' : repeat(piece)(LINE)));

const redactor = createRedactor();
for (const secret of ['a-long-secret-of-the-project', 'another\nof\nmany lines'])
  redactor.add(secret);
const plan = planOf(seedText);
const digest = planDigest(plan);
const QUARTER_MIB = 256 * 1024 - 1;

const READERS: readonly Reader[] = [
  {
    name: 'redactor',
    limitBytes: 2 ** 20,
    read: (text) => redactor.redact(text),
    kinds: {
      'tokens without an end': repeat('-eyJ'),
      'parts of a token': repeat('eyJhbGciOi.'),
      'begins of private keys': repeat('-----BEGIN PRIVATE KEY-----\n'),
      'addresses without an end': repeat('a://b:'),
      'one word': repeat('a'),
      'names of secrets': repeat('password='),
      spaces: repeat('token '.padEnd(64)),
      'begins of a secret': repeat('a-long-secret-of-the-'),
      'Bearer without a value': repeat('Bearer '),
    },
  },
  {
    name: 'compiler',
    limitBytes: QUARTER_MIB - Buffer.byteLength(seedText),
    head: `${seedText}\n`,
    read: (text) => compileTemplate({ file: 'a.md', text }),
    kinds: {
      'list items': blocks((index) => `- item ${index}`),
      'list items that are none': blocks((index) => `-\u00a0item ${index}`),
      labels: blocks((index) => `**Label ${index}**: value`),
      headings: blocks((index) => `#### ${index}. Step [action]`),
      brackets: wrapped('['),
      stars: wrapped('*a_'),
      backticks: wrapped('`a '),
      tags: wrapped('<a '),
      quotes: wrapped('> '),
      tables: blocks(() => '| a | b |'),
      entities: wrapped('&amp;'),
      links: wrapped('[a](b '),
      'nested lists': blocks((index) => `${'  '.repeat(index % 50)}- item`),
      'one word': wrapped('a'),
      placeholders: wrapped('${a} '),
    },
  },
  {
    name: 'request',
    limitBytes: QUARTER_MIB - 64,
    head: '执行 deployment.md 模板\n参数:\n',
    read: (text) =>
      resolveRequest({
        plan,
        planDigest: digest,
        inputs: [text],
        project: null,
        templateFiles: ['deployment.md'],
      }),
    kinds: {
      parameters: lines((index) => `- name${index}: value`),
      'one parameter, again': lines(() => '- version: v1'),
      'servers of a list': (length) => `- servers: [${repeat('server-1, ')(length)}`,
      skips: lines((index) => `- 跳过步骤${index}（x）`),
      'skips without an end': repeat('跳过步骤1（'),
      'one word': repeat('a'),
      dashes: repeat('- '),
      'batches of a list': (length) => `- 批次: [${repeat('1, ')(length)}`,
    },
  },
  {
    name: 'project file',
    limitBytes: QUARTER_MIB - 64,
    head: 'service: shop\n',
    read: (text) => parseProject('/p', text),
    kinds: {
      'unknown keys': lines((index) => `key${index}: value`),
      people: (length) => `people:\n${lines((index) => `  p${index}: {name: P ${index}}`)(length)}`,
      servers: (length) =>
        `environments:\n  production:\n    servers:\n${lines((index) => `      - server-${index}`)(length)}`,
      'one server, again': (length) =>
        `environments:\n  production:\n    servers:\n${lines(() => '      - server-1')(length)}`,
      brackets: (length) => `people: ${repeat('[')(length)}`,
      anchors: lines((index) => `a${index}: &b${index} x`),
      'merged maps': lines((index) => `x-${index}: &m${index} {a: 1}`),
      'one text': (length) => `people: "${repeat('a')(length)}"`,
      'names of files': (length) =>
        `files:\n${lines((index) => `  - {source: f${index}, target: /t/${index}}`)(length)}`,
    },
  },
];

function medianMs(work: () => unknown): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const startedAtMs = performance.now();
    work();
    return performance.now() - startedAtMs;
  });
  return samples.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

/** Least squares over the logarithms. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, each) => sum + each[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

for (const { name, limitBytes, head = '', read, kinds } of READERS) {
  process.stdout.write(`${name}, up to ${Math.round(limitBytes / 1024)} KiB\n`);
  read(head);
  for (const [kind, hostile] of Object.entries(kinds)) {
    const points = SHARES.map((share) => {
      const length = Math.floor(limitBytes * share);
      const text = `${head}${Buffer.from(hostile(length)).subarray(0, length).toString()}`;
      return [length, medianMs(() => read(text))] as const;
    });
    const largestMs = points.at(-1)?.[1] ?? 0;
    const telling = points.filter(([, ms]) => ms >= LEAST_MS);
    const slope = telling.length < 2 ? '   –' : slopeOf(telling).toFixed(2);
    process.stdout.write(
      `  ${kind.padEnd(26)} ${largestMs.toFixed(0).padStart(6)} ms  slope ${slope}\n`,
    );
  }
}

/** Hostile input of each kind, of any length, and the readers that it is for. */
import { createRedactor } from '../src/adapters/secrets/redactor.ts';
import { compileTemplate, planDigest } from '../src/compiler/index.ts';
import { readRequestFile } from '../src/compiler/request/request-file.ts';
import { resolveRequest } from '../src/compiler/request/resolve.ts';
import { parseProject } from '../src/config/load-project.ts';
import type { Json } from '../src/plan/plan.ts';
import { edit, ownText, planOf } from '../test/compiler/reference.ts';

export interface Reader {
  readonly name: string;
  /** What the hostile part may have. */
  readonly limitBytes: number;
  readonly read: (text: string) => unknown;
  /** The whole text around the hostile part. */
  readonly frame: (hostile: string) => string;
  /** The hostile part, not shorter than a length in bytes, by the name of its kind. */
  readonly kinds: Readonly<Record<string, (length: number) => string>>;
}

/** Just below the longest line of a run sheet. */
const LINE = 9_900;
const MIB = 2 ** 20;
/** One line may begin just below the length that is wanted. */
const MOST = 256 * 1024 - LINE - 200;

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

/** As a run sheet may have it: an empty line now and then. */
const blocks = (line: (index: number) => string) =>
  lines((index) => (index % 300 === 299 ? '' : line(index)));

/** Lists: of lines that are so long that as many as a run sheet may have fill it. */
const items = (line: (index: number) => string) => blocks((index) => line(index).padEnd(60));

/** Paragraphs of one line that is as long as it may be. */
const wrapped = (piece: string) => lines((index) => (index % 2 === 1 ? '' : repeat(piece)(LINE)));

/** Paragraphs with as many marks as one may have. */
const marks = (piece: string, runs: number) =>
  lines((index) => (index % 2 === 1 ? '' : `x ${piece.repeat(Math.floor(490 / runs))}`));

const before = (text: string, mark: string) => (hostile: string) =>
  edit(text, mark, `${hostile}\n\n${mark}`);
const after = (text: string, mark: string) => (hostile: string) =>
  edit(text, mark, `${mark}${hostile}\n`);

const sheet = (part: string, frame: Reader['frame'], kinds: Reader['kinds']): Reader => ({
  name: `compiler, ${part}`,
  limitBytes: MOST - Buffer.byteLength(frame('')),
  read: (text) => compileTemplate({ file: 'a.md', text }),
  frame,
  kinds,
});

const redactor = createRedactor();
for (const secret of ['a-long-secret-of-the-project', 'another\nof\nmany lines'])
  redactor.add(secret);

const redaction: Reader = {
  name: 'redactor',
  limitBytes: MIB,
  read: (text) => redactor.redact(text),
  frame: (hostile) => hostile,
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
};

const prose = sheet('prose', (hostile) => `${ownText}\n${hostile}`, {
  'one word': wrapped('a'),
  'emphasis, one in another': marks('*a_', 2),
  'emphasis that none begins': marks('a* ', 1),
  words_with_underscores: wrapped('a_'),
  backticks: wrapped('`a '),
  escapes: wrapped('\\!'),
  entities: wrapped('&amp;'),
  brackets: wrapped('['),
  links: wrapped('[a](b '),
  tags: wrapped('<a '),
  comments: wrapped('<!-- '),
  autolinks: wrapped('<http://a> '),
  placeholders: wrapped('${a} '),
  'tables, wide': wrapped('| a '),
  'tables, long': blocks(() => '| a | b |'),
  labels: lines((index) => (index % 100 === 99 ? '' : `**Label ${index}**: value`)),
  headings: blocks((index) => `#### ${index}. Step [action]`),
  underlines: wrapped('='),
  rules: wrapped('- '),
  'list items': items((index) => `- item ${index}`),
  'list items that are none': blocks((index) => `-\u00a0item ${index}`),
  'numbered items': items((index) => `${index}. item`),
  'empty items': items(() => '-'),
  'nested lists': items((index) => `${'  '.repeat(index % 25)}- item`),
  'lists nested in one line': lines((index) =>
    index % 2 ? '' : `${'* '.repeat(20)}${'a'.repeat(1_200)}`,
  ),
  'quotes nested in one line': lines((index) =>
    index % 2 ? '' : `${'> '.repeat(20)}${'a'.repeat(1_200)}`,
  ),
  'nested quotes': items((index) => `${'>'.repeat(index % 2)} a`),
  fences: blocks(() => '```'),
  'indented code': blocks(() => '    a'),
  definitions: blocks((index) => `[a${index}]: /b`),
  'empty lines': lines(() => ''),
});

const block = sheet('block of parameters', after(ownText, 'parameters:\n'), {
  parameters: lines((index) => `  p${index}: {type: string}\n`),
  'fields of one': (length) =>
    `  p:\n    type: string\n${lines((index) => `    f${index}: a\n`)(length)}`,
  'one key, again': lines(() => '  p: {type: string}\n'),
  'no definitions': lines((index) => `  p${index}: 1\n`),
  'values of one': (length) =>
    `  p:\n    type: string\n    enum:\n${lines((index) => `      - v${index}\n`)(length)}`,
  'a text of many lines': (length) =>
    `  p:\n    type: string\n    description: |\n${lines(() => '      a\n')(length)}`,
  brackets: (length) => `  p: ${lines((index) => (index % 2 ? '' : repeat('[')(LINE)))(length)}`,
  anchors: lines((index) => `  p${index}: &a${index} {type: string}\n`),
  tags: lines((index) => `  p${index}: !t${index} a\n`),
});

/** A step of what every run sheet may have, with a list under a label. */
const step = (label: string, entries: (length: number) => string) => (length: number) =>
  `### 11. Step [action]\n**执行内容**:\n- 验证性能指标\n\n**${label}**:\n${entries(length)}`;

const steps = sheet('steps', before(ownText, '## 回滚策略'), {
  steps: lines(
    (index) => `### ${index + 11}. Step [action]\n**执行内容**:\n- 检查代码规范符合性\n`,
  ),
  'steps without a kind': lines((index) => `### ${index + 11}. Step\n`),
  'one number, again': lines(() => '### 11. Step [action]\n**执行内容**:\n- 检查代码规范符合性\n'),
  'condition steps': lines(
    (index) =>
      `### ${index + 11}. c [condition]\n**判断逻辑**:\n\`\`\`\nif environment == "production":\n    x → 进入步骤${index + 12}\nelse:\n    设置 variables.v${index} = true\n\`\`\`\n`,
  ),
  'steps in batches': lines(
    (index) =>
      `### ${index + 11}. Step [parallel]\n**批次**: [1, 25%]\n**并行任务**:\n- 从负载均衡器移除\n- 将服务器重新加入负载均衡池\n`,
  ),
  tasks: step(
    '执行内容',
    items(() => '- 检查代码规范符合性'),
  ),
  'tasks that nobody knows': step(
    '执行内容',
    items((index) => `- 运行代码静态分所工具${index}`),
  ),
  criteria: step(
    '成功条件',
    items(() => '- 响应时间 < 500ms'),
  ),
  'skip rules': step(
    '跳过条件',
    items(() => '- 参数 `skip_tests` 为 true'),
  ),
  branches: (length) =>
    `### 11. c [condition]\n**判断逻辑**:\n\`\`\`\n${lines((index) => `${index === 0 ? 'if' : 'elif'} environment == "production":\n    x → 进入步骤10\n`)(length)}\`\`\``,
  'labels, again': (length) =>
    `### 11. Step [action]\n${lines((index) => (index % 100 === 99 ? '' : '**执行内容**:'))(length)}`,
});

const under = (heading: string, frame: (hostile: string) => string) => (hostile: string) =>
  edit(ownText, `${heading}\n`, `${heading}\n${frame(hostile)}\n`);

const rollback = sheet(
  'rollback',
  under('## 回滚策略', (hostile) => hostile),
  {
    rules: items((index) => `- 如果在步骤${(index % 10) + 1}之后失败 → 恢复旧版本`),
    'rules of missing steps': items((index) => `- 如果在步骤${index + 20}之后失败 → 恢复旧版本`),
  },
);

const sections = sheet('other sections', (hostile) => `${ownText}\n${hostile}`, {
  'sections that nobody knows': blocks((index) => `## Section ${index}`),
  'one section, again': blocks(() => '## 监控指标'),
  'success rules': (length) => `## 成功判定条件\n${items(() => '- ✅ 健康检查全部通过')(length)}`,
  metrics: (length) => `## 监控指标\n${items(() => '- `deployment.duration`: 总部署时长')(length)}`,
  examples: (length) =>
    `## 使用示例\n${lines(() => '```\n执行 deployment.md 模板\n参数:\n- version: v1\n```\n')(length)}`,
});

const plan = planOf(ownText);
const digest = planDigest(plan);
const resolve = (input: Json): unknown =>
  resolveRequest({
    plan,
    planDigest: digest,
    inputs: [input],
    project: null,
    templateFiles: ['deployment.md'],
  });

const request = (name: string, head: string, kinds: Reader['kinds']): Reader => ({
  name,
  limitBytes: MOST,
  read: (text) => resolve(text),
  frame: (hostile) => `${head}${hostile}`,
  kinds,
});

const chinese = request('request', '执行 deployment.md 模板\n参数:\n', {
  parameters: lines((index) => `- name${index}: value`),
  'parameters, few and long': lines((index) => `- name${index}: ${'v'.repeat(150)}`),
  'one parameter, again': lines(() => '- version: v1'),
  'servers of a list': (length) => `- servers: [${repeat('server-1, ')(length)}`,
  'servers, each another': (length) =>
    `- servers: [${lines((index) => `s${index},`)(length).replaceAll('\n', '')}]`,
  'one word': repeat('a'),
  dashes: repeat('- '),
  colons: repeat('- :'),
  quotes: repeat('- servers: ["'),
});

const changes = request('request, changes', '执行 deployment.md 模板\n但修改:\n', {
  skips: lines((index) => `- 跳过步骤${index}（${'x'.repeat(120)}）`),
  'skips without an end': (length) => `- ${repeat('跳过步骤1（')(length)}`,
  additions: lines((index) => `- 步骤${index}增加${'x'.repeat(120)}`),
  'batches of a list': (length) => `- 批次: [${repeat('1, ')(length)}`,
  spaces: (length) => `- 步骤1${repeat(' ')(length)}`,
});

const english = request('request, English', 'run deployment.md template\nwith changes:\n', {
  skips: lines((index) => `- skip step ${index} (${'x'.repeat(120)})`),
  additions: lines((index) => `- add to step ${index}: ${'x'.repeat(120)}`),
  'batches of a list': (length) => `- batches: [${repeat('1, ')(length)}`,
  'a name of the file': (length) => `run ${repeat('a')(length)}`,
  spaces: (length) => `skip step 1${repeat(' ')(length)}x`,
});

const file: Reader = {
  name: 'request, a file',
  limitBytes: MOST,
  read: (text) => {
    const value = readRequestFile(text, plan.parameters);
    return value === null ? null : resolve(value);
  },
  frame: (hostile) => hostile,
  kinds: {
    parameters: lines((index) => `p${index}: 1`),
    'one key, again': lines(() => 'version: v1'),
    'JSON parameters': (length) => `{${lines((index) => `"p${index}": 1,`)(length)}"z": 1}`,
    'JSON servers': (length) => `{"servers": [${lines((index) => `"s${index}",`)(length)}"z"]}`,
    skips: (length) =>
      `overrides:\n  skip:\n${lines((index) => `    - {step: ${index}, reason: r}`)(length)}`,
    aliases: (length) => `version: &v v1\nservers:\n${lines(() => '  - *v')(length)}`,
    anchors: lines((index) => `p${index}: &a${index} 1`),
    brackets: (length) => `servers: ${repeat('[')(length)}`,
    'brackets, closed': (length) => `servers: ${'['.repeat(length / 2)}${']'.repeat(length / 2)}`,
  },
};

const people = (of: (index: number) => string) => (length: number) =>
  `people:\n${lines(of)(length)}`;
const servers = (of: (index: number) => string) => (length: number) =>
  `environments:\n  production:\n    servers:\n${lines((index) => `      - ${of(index)}`)(length)}`;

const project: Reader = {
  name: 'project file',
  limitBytes: MIB - LINE,
  frame: (hostile) => `service: shop\n${hostile}`,
  read: (text) => parseProject('/p', text),
  kinds: {
    'unknown keys': lines((index) => `key${index}: value`),
    'unknown keys of many maps': people((index) => `  p${index}: {nam: a}`),
    'one key, again': lines(() => 'key: value'),
    'long keys': lines((index) => `${'k'.repeat(1_000)}${index}: value`),
    people: people((index) => `  p${index}: {name: P ${index}}`),
    roles: (length) => `roles:\n${lines((index) => `  r${index}: {people: [a]}`)(length)}`,
    'members of a role': (length) =>
      `roles:\n  r:\n    people:\n${lines((index) => `      - a${index}`)(length)}`,
    servers: servers((index) => `server-${index}`),
    'one server, again': servers(() => 'server-1'),
    environments: (length) =>
      `environments:\n${lines((index) => `  e${index}: {servers: [s${index}]}`)(length)}`,
    actions: (length) =>
      `actions:\n${lines((index) => `  a${index}: {phrases: [p ${index}], command: [a]}`)(length)}`,
    'names of files': (length) =>
      `files:\n${lines((index) => `  - {source: f${index}, target: /t/${index}}`)(length)}`,
    brackets: (length) => `people: ${repeat('[')(length)}`,
    'brackets, closed': (length) => `people: ${'['.repeat(length / 2)}${']'.repeat(length / 2)}`,
    braces: (length) => `people: ${repeat('{a: ')(length)}`,
    dashes: (length) => `people:\n  ${repeat('- ')(length)}a`,
    anchors: lines((index) => `a${index}: &b${index} x`),
    aliases: (length) => `x-a: &a 1\nx-b:\n${lines(() => '  - *a')(length)}`,
    'merged maps': lines((index) => `x-${index}: &m${index} {a: 1}`),
    'merge keys': (length) => `x-a: &a {b: 1}\nx-c:\n${lines(() => '  - {<<: *a}')(length)}`,
    tags: lines((index) => `x-${index}: !t${index} a`),
    'block scalars': lines((index) => `x-${index}: |\n  a`),
    'a block scalar': (length) => `x-a: |\n${lines(() => '  a')(length)}`,
    'one text': (length) => `people: "${repeat('a')(length)}"`,
    'a text without an end': (length) => `people: "${repeat('a\\n')(length)}`,
    quotes: repeat('"'),
    comments: lines(() => '# a'),
    documents: lines(() => '---'),
    tabs: repeat('\t'),
  },
};

export const READERS: readonly Reader[] = [
  redaction,
  prose,
  block,
  steps,
  rollback,
  sections,
  chinese,
  changes,
  english,
  file,
  project,
];

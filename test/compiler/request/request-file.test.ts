import { describe, expect, it } from 'vitest';
import { readRequestFile } from '../../../src/compiler/request/request-file.ts';
import type { ParameterDefinition } from '../../../src/plan/plan.ts';

const PARAMETERS: readonly ParameterDefinition[] = [
  { name: 'version', type: 'string', required: true },
  { name: 'servers', type: 'array', required: true },
  { name: 'skip_tests', type: 'boolean', required: false },
  { name: 'replicas', type: 'number', required: false },
  { name: 'labels', type: 'object', required: false },
];
const read = (text: string) => readRequestFile(text, PARAMETERS);

describe('G6 a request file', () => {
  it.each(['3.10', '1e3', '0x1F', '010', 'yes', 'True', '2024-01-15', '1_000'])(
    'G6 version: %s is what stands there',
    (written) => {
      expect(read(`version: ${written}\nservers: [${written}]\n`)).toEqual({
        version: written,
        servers: [written],
      });
    },
  );

  it('G6 JSON is read the same way', () => {
    expect(read('{"version": 1.10, "servers": ["a", "b"], "skip_tests": true}')).toEqual({
      version: '1.10',
      servers: ['a', 'b'],
      skip_tests: true,
    });
  });

  it('G6 numbers are those that JSON has, and nothing is null', () => {
    expect(read('replicas: 3\nskip_tests: false\nversion: ~\n')).toEqual({
      replicas: 3,
      skip_tests: false,
      version: null,
    });
    expect(read('replicas: 3.10')).toEqual({ replicas: 3.1 });
    expect(read('replicas: 010\nskip_tests: yes\n')).toEqual({
      replicas: '010',
      skip_tests: 'yes',
    });
  });

  it('G6 what no type is declared for is a number only as the number is written', () => {
    expect(read('labels: { python: 3.10, port: 8080, 1.0: 010 }')).toEqual({
      labels: { python: '3.10', port: 8080, '1.0': '010' },
    });
  });

  it('G6 reasons and names are texts', () => {
    const text =
      'requested_by: 007\noverrides: { skip: [{ step: 1, reason: 404 }], batches: [1, 25%] }\n';
    expect(read(text)).toEqual({
      requested_by: '007',
      overrides: { skip: [{ step: 1, reason: '404' }], batches: [1, '25%'] },
    });
  });

  it('G6 an alias is what it stands for, by its own place', () => {
    expect(read('replicas: &n 3\nversion: *n\n')).toEqual({ replicas: 3, version: '3' });
  });

  it.each([
    '',
    '- a',
    'version: [',
    'version: 1\nversion: 2\n',
    'version: !x 1',
    'a: &a [*a, *a]',
    `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `a: &a [${'x,'.repeat(200)}]\nb: [${'*a,'.repeat(200)}]`,
  ])('holds no parameters: %#', (text) => {
    expect(read(text)).toBeNull();
  });
});

describe('a file that costs more to read than it is worth', () => {
  const aliases = (count: number): string =>
    `version: &v v1\nservers:\n${'  - *v\n'.repeat(count)}`;

  it('has at most 50 aliases', () => {
    expect(readRequestFile(aliases(50), [])).toEqual({
      version: 'v1',
      servers: Array(50).fill('v1'),
    });
    expect(readRequestFile(aliases(51), [])).toBeNull();
  });

  it.each(['a: 1\na: 1\n', 'a: 1\n"a": 1\n', '{"a": 1, "a": 1}', 'x: {a: 1, b: 1, a: 1}'])(
    'has each key once: %j',
    (text) => {
      expect(readRequestFile(text, [])).toBeNull();
    },
  );

  it('may have keys that are written differently', () => {
    expect(readRequestFile('{1.0: 1, 1.00: 2, a: 3, A: 4}', [])).toEqual({
      '1.0': 1,
      '1.00': 2,
      a: 3,
      A: 4,
    });
  });
});

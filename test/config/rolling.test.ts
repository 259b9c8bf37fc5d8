/** `environments.<name>.rolling` of runsheet.yaml. */
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import { vocabularyOf } from '../../src/config/vocabulary.ts';

function parse(rolling: string) {
  return parseProject(
    '/p',
    `service: hello
environments:
  production:
    embedded: true
    servers: [a, b, c]
    rolling: ${rolling}
  staging: { embedded: true, servers: [d] }
`,
  );
}

describe('the batches of an environment', () => {
  it.each([
    ['{ batches: 1 }', { batches: [{ kind: 'count', servers: 1 }] }],
    ['{ batches: 12.5% }', { batches: [{ kind: 'percent', percent: 12.5 }] }],
    [
      '{ batches: [1, 100％], pause: 1m, failure_budget: 1, minimum_in_pool: 50%, observe: 30秒 }',
      {
        batches: [
          { kind: 'count', servers: 1 },
          { kind: 'percent', percent: 100 },
        ],
        pauseSeconds: 60,
        failureBudget: 1,
        minimumInPoolPercent: 50,
        observeSeconds: 30,
      },
    ],
    [
      '{ batches: 2, pause: 0, observe: 0s }',
      { batches: [{ kind: 'count', servers: 2 }], pauseSeconds: 0, observeSeconds: 0 },
    ],
  ])('%s', (text, expected) => {
    const { project, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(project?.environments['production']).toEqual({
      embedded: true,
      servers: ['a', 'b', 'c'],
      rolling: expected,
    });
    expect(project?.environments['staging']).not.toHaveProperty('rolling');
    if (project !== null) {
      expect(vocabularyOf(project).rollingEnvironments).toEqual(['production']);
    }
  });

  it.each([
    ['{ batches: 0 }', 'a number of servers or a percentage'],
    ['{ batches: 120% }', 'a number of servers or a percentage'],
    ['{ batches: [] }', 'a number of servers or a percentage'],
    ['{ batches: half }', 'a number of servers or a percentage'],
    ['{ pause: 1m }', 'a number of servers or a percentage'],
    ['{ batches: 1, minimum_in_pool: 2 }', 'a percentage below 100%'],
    ['{ batches: 1, minimum_in_pool: 100% }', 'a percentage below 100%'],
    ['{ batches: 1, pause: soon }', 'a duration'],
    ['{ batches: 1, failure_budget: -1 }', 'a whole number'],
  ])('%s is refused with its place', (text, sentence) => {
    const { project, diagnostics } = parse(text);
    expect(project).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.code).toBe('BAD_PROJECT_FILE');
    expect(diagnostics[0]?.message.en).toContain(sentence);
    expect(diagnostics[0]?.place?.line).toBe(6);
  });

  it('has no other keys', () => {
    const { diagnostics } = parse('{ batches: 1, observ: 30s }');
    expect(diagnostics[0]?.remedy?.en).toBe('did you mean "observe"?');
  });
});

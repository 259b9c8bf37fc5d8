/** `worker:` of runsheet.yaml. */
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (rest: string) =>
  parseProject('/p', `service: hello\nenvironments: { production: { servers: [a] } }\n${rest}`);

describe('how long an activity may be silent', () => {
  it.each([
    ['worker: { heartbeat_timeout: 20s }', 20],
    ['worker: { heartbeat_timeout: 2500ms }', 2.5],
    ['worker: { heartbeat_timeout: 5m }', 300],
  ])('%j is pinned by each run as %d s', (rest, heartbeatSeconds) => {
    const { project, diagnostics } = parse(rest);
    expect(diagnostics).toEqual([]);
    expect(project?.settings.worker).toEqual({ heartbeatSeconds });
  });

  it('is nothing that a run pins where nobody has set it', () => {
    expect(parse('').project?.settings).not.toHaveProperty('worker');
  });

  it.each(['1s', '301s', '2h'])('%s is refused, with what may be there', (text) => {
    expect(parse(`worker: { heartbeat_timeout: ${text} }`).diagnostics).toMatchObject([
      {
        code: 'BAD_PROJECT_FILE',
        message: {
          en: 'worker.heartbeat_timeout: expected a duration from 2s to 300s',
          zh: 'worker.heartbeat_timeout：应为 2s–300s 的时长',
        },
      },
    ]);
  });

  it('a near word is named', () => {
    expect(parse('worker: { heartbeat: 5s }').diagnostics).toMatchObject([
      { message: { en: expect.stringContaining('worker.heartbeat') } },
    ]);
  });
});

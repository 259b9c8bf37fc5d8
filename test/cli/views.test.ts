/** What a terminal and a log show of a run and of a plan. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { lockLines } from '../../src/cli/commands/locks.ts';
import { listLine } from '../../src/cli/commands/runs.ts';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts';
import { languageOf, languageOfArguments } from '../../src/cli/language.ts';
import { eventLines } from '../../src/cli/view/events.ts';
import { renderPlan } from '../../src/cli/view/plan.ts';
import { renderRunSheet } from '../../src/cli/view/run-sheet.ts';
import { localTime } from '../../src/cli/view/start.ts';
import { fit, fold, pad, visible } from '../../src/cli/view/text.ts';
import { countdown, durationWord } from '../../src/cli/view/words.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { rolledBack, START_MS, step, waiting } from './support/statuses.ts';

const plain = { color: false, width: 80 } as const;

describe('the run sheet', () => {
  it('counts the approval down and says what to type', () => {
    const at = (nowMs: number) =>
      renderRunSheet(waiting(), { ...plain, language: 'zh', nowMs }).join('\n');
    expect(at(START_MS + 5000)).toContain('剩余 24:00:00');
    expect(at(START_MS + 6000)).toContain('剩余 23:59:59');
    expect(at(START_MS + 6000)).toContain('runsheet approve run-1 --by <姓名>');
    expect(at(START_MS + 6000)).toMatch(/\? {2}5\. 部署审批 +等待审批 {2}1\.0 秒/u);
  });

  it('shows a failure, what was rolled back, and the state of each server', () => {
    const text = renderRunSheet(rolledBack(), { ...plain, language: 'en' }).join('\n');
    expect(text).toContain('✗  6. 服务停止');
    expect(text).toContain('✗ 无活跃连接  3  (3 in flight)');
    expect(text).toContain('↶  5. 部署审批  rolled back');
    expect(text).toContain('✗ step 6 服务停止: CRITERION_FAILED');
    expect(text).toContain('rolled back:\n  ↶ app-server-1 放回负载均衡池');
    expect(text).toContain('⊘ decision refused: approve carol: SELF_APPROVAL');
    expect(text).toContain('time without service: 2.5 s');
    expect(text).toMatch(/app-server-1 {2}v1\.0\.0 +in the pool/u);
    expect(text).not.toContain('runsheet approve');
  });

  it('says what a run that needs attention waits for', () => {
    const status = waiting({
      outcome: 'needs_attention',
      needsAttention: 'the rollback cannot finish',
      approval: null,
    });
    const text = renderRunSheet(status, { ...plain, language: 'en' }).join('\n');
    expect(text).toContain('runsheet resolve run-1 retry|skip|rollback --by <name>');
  });

  it('shows what was found beforehand, the batch at work, and which servers are excluded, of a fleet a part', () => {
    const servers = Array.from({ length: 30 }, (_, index) => ({
      name: `web-${index + 1}`,
      version: 'v1.0.0',
      pool: 'in' as const,
      doing: '',
      ...(index === 28 && { excluded: 'no route' }),
    }));
    const finding = {
      subject: 'web-7',
      check: 'health',
      state: 'warning',
      detail: 'is ill',
    } as const;
    const status = waiting({
      servers,
      preflight: { state: 'passed', servers: 30, findings: [finding], more: 4 },
      batch: { index: 2, count: 3, servers: ['web-2', 'web-3'] },
    });
    const lines = renderRunSheet(status, { ...plain, language: 'en' });
    const text = lines.join('\n');
    expect(text).toContain('! web-7: is ill');
    expect(text).toContain('… +4');
    expect(text).toContain('batch 2 of 3: web-2, web-3');
    expect(text).toContain('… +10');
    expect(lines.findIndex((line) => line.includes('! excluded: no route'))).toBeLessThan(
      lines.findIndex((line) => line.includes('web-1 ')),
    );
  });

  it('is never wider than the window and obeys no control character', () => {
    const title = `标题很长${'很长'.repeat(60)}\u001b[2J\u202eevil`;
    for (const width of [20, 40, 79]) {
      const lines = renderRunSheet(waiting({ title, steps: [step(1, title, 'running')] }), {
        ...plain,
        width,
        language: 'zh',
      });
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join('')).not.toContain('\u001b');
    }
  });

  it('omits what went well if the window is low', () => {
    const criteria = [
      {
        text: 'good',
        fact: 'image.built',
        value: true,
        threshold: true,
        comparison: '==',
        unit: 'flag',
        passed: true,
      },
    ] as const;
    const status = waiting({ steps: [step(1, 'a', 'succeeded', { criteria })] });
    expect(renderRunSheet(status, { ...plain, language: 'en' }).join('\n')).toContain('✓ good');
    expect(
      renderRunSheet(status, { ...plain, language: 'en', compact: true }).join('\n'),
    ).not.toContain('good');
  });
});

describe('a lock', () => {
  const lock = { service: 'hello', environment: 'production', heldSinceMs: START_MS };

  it('is shown with its holder, since when, and the queued runs in their order', () => {
    const held = { ...lock, holder: 'run-0', waiting: ['run-2', 'run-1'] };
    expect(lockLines(held, 'en')).toEqual([
      `hello/production  held by run-0 since ${localTime(START_MS)}`,
      '  queued 1: run-2',
      '  queued 2: run-1',
    ]);
    expect(lockLines(held, 'zh')[0]).toContain('持有者：run-0');
  });

  it('that nobody holds is said to be broken by the next run', () => {
    const text = lockLines({ ...lock, holder: null, waiting: [] }, 'en').join('\n');
    expect(text).toContain('started by hand');
    expect(text).toContain('the next run breaks it');
  });
});

describe('a run that is queued', () => {
  const queued = (holder: string | null, order: { heldSinceMs?: number; ahead?: number } = {}) =>
    waiting({
      approval: null,
      lockWait: { holder, sinceMs: START_MS, heldSinceMs: null, ahead: 0, ...order },
    });
  const sheet = (status: RunStatus, language: 'zh' | 'en') =>
    renderRunSheet(status, { language, color: false, width: 100, nowMs: START_MS + 125_000 });

  it('shows whom it waits for, for how long, and what to do, instead of its step', () => {
    const lines = sheet(queued('run-0'), 'en');
    expect(lines.slice(-3)).toEqual([
      'queued for 2 min 5 s: run-0 is changing the servers of hello/production',
      '  to look at it: runsheet status run-0',
      '  to stop waiting: runsheet cancel run-1',
    ]);
    expect(lines.join('\n')).not.toContain('▶ 5');
    expect(sheet(queued('run-0'), 'zh')).toContain(
      '排队等待（已 2 分 5 秒）：run-0 正在更改 hello/production 的服务器',
    );
  });

  it('shows since when the lock is held, and how many runs come before it', () => {
    const order = { heldSinceMs: START_MS - 60_000, ahead: 2 };
    const lines = sheet(queued('run-0', order), 'en');
    expect(lines).toContain('  the lock is held since 2026-01-15T08:59:00.000Z');
    expect(lines).toContain('  2 runs wait in front of it');
    expect(sheet(queued('run-0', order), 'zh')).toContain('  排在前面的发布单：2');
  });

  it('is told where the holder is not known', () => {
    const lines = sheet(queued(null), 'en');
    expect(lines.at(-2)).toContain(': another run is changing');
    expect(lines.join('\n')).not.toContain('runsheet status null');
  });

  it('is one event for each holder, and one at the end', () => {
    const free = waiting({ approval: null });
    const begun = eventLines(free, queued('run-0'), 'en');
    expect(begun[0]).toContain('queued since 2026-01-15T09:00:00.000Z: run-0');
    expect(eventLines(queued('run-0'), queued('run-0'), 'en')).toEqual([]);
    expect(eventLines(queued('run-0'), queued('run-2'), 'en')[0]).toContain('run-2');
    expect(eventLines(queued('run-2'), free, 'en')).toEqual(['   no longer queued']);
  });
});

describe('events', () => {
  it('are one line each, in words, and nothing is told twice', () => {
    const first = eventLines(null, waiting(), 'en');
    expect(first).toContain('1. 代码检查: done 1.5 s');
    expect(first).toContain('5. 部署审批: waiting for approval');
    expect(first).toContain('   runsheet approve run-1 --by <name>');
    expect(first).toContain('   app-server-1: v1.0.0, in the pool');
    expect(eventLines(waiting(), waiting(), 'en')).toEqual([]);
  });

  it('tell the end: what failed and why, what was rolled back, the outcome', () => {
    const lines = eventLines(waiting(), rolledBack(), 'zh');
    expect(lines).toContain('6. 服务停止: 失败 1.5 秒 (还有请求)');
    expect(lines).toContain('     ✗ 无活跃连接  3  (3 in flight)');
    expect(lines).toContain('↶ app-server-1 放回负载均衡池');
    expect(lines).toContain('⊘ 决定未被接受: approve carol: SELF_APPROVAL');
    expect(lines.at(-1)).toBe('= 失败，已回滚，旧版本在服务');
  });

  it('do not mention a server that has not been checked', () => {
    const unknown = waiting({
      servers: [{ name: 'a', version: null, pool: 'unknown', doing: '' }],
    });
    expect(eventLines(null, unknown, 'en').filter((line) => line.includes('   a:'))).toEqual([]);
  });

  it('show a vote and what a person can do', () => {
    const before = waiting();
    const votes = [{ by: 'Alice', role: 'tech_lead', comment: 'ok' }];
    const voted = waiting({
      ...(before.approval !== null && { approval: { ...before.approval, votes } }),
    });
    expect(eventLines(before, voted, 'en')).toEqual(['   ✓ Alice (tech_lead) ok']);
    const stuck = waiting({ outcome: 'needs_attention', needsAttention: 'stuck' });
    expect(eventLines(before, stuck, 'en').at(-1)).toContain('runsheet resolve run-1');
  });
});

describe('the plan', () => {
  const run = resolvedRun({ servers: ['app-server-1', 'app-server-2'] });

  it('shows parameters, limits, thresholds, people and the digest', () => {
    const text = renderPlan(run, 'zh').join('\n');
    expect(text).toContain(run.planDigest);
    for (const part of [
      '响应时间 < 500ms',
      '测试通过率 >= 95%',
      'limitSeconds=30',
      '24 小时',
      'servers: ',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('says for the servers what a failure in each step means', () => {
    const text = renderPlan(run, 'en').join('\n');
    expect(text).toContain('  app-server-1, app-server-2');
    expect(text).toContain('steps 1–5: the run ends; nothing to roll back');
    expect(text).toContain('steps 6–7: the old version is restored on all servers at once');
    expect(text).toMatch(/step 8: switched back: the pool is empty/u);
    expect(text).toMatch(/step 9: switched back: servers in the pool one at a time/u);
    expect(text).toMatch(/step 10: the deployment has succeeded/u);
  });

  it('knows that a pool with other servers stays in service', () => {
    const text = renderPlan({ ...run, poolSize: 3 }, 'en').join('\n');
    expect(text).toContain('step 8: switched back; the other servers in the pool keep serving');
    expect(text).not.toContain('the pool is empty');
  });
});

describe('a listed run', () => {
  const listed = {
    workflowId: 'run-1',
    templateId: 't',
    status: 'FAILED',
    startedAtMs: START_MS,
    beginsAtMs: null,
    closedAtMs: null,
    environment: 'production',
    version: 'v2',
    outcome: 'rejected',
  };

  it('has its own outcome, or Temporal’s where it said none', () => {
    expect(listLine(listed, 'en')).toMatch(/rejected +v2 → production +run-1$/u);
    expect(listLine({ ...listed, status: 'TERMINATED', outcome: 'running' }, 'en')).toContain(
      'terminated',
    );
    expect(listLine({ ...listed, outcome: null, version: null }, 'zh')).toContain('failed');
  });

  it('that has not begun says when it does, by the clock of this machine', () => {
    const later = { ...listed, status: 'RUNNING', outcome: null, beginsAtMs: START_MS };
    const when = localTime(START_MS).slice(0, 16);
    expect(listLine(later, 'en')).toContain(`begins ${when}`);
    expect(listLine(later, 'zh')).toContain(`定于 ${when}`);
  });
});

describe('words', () => {
  it('name durations and what is left', () => {
    expect([400, 59_940, 59_960, 185_000, 7_440_000].map((ms) => durationWord(ms, 'en'))).toEqual([
      '0.4 s',
      '59.9 s',
      '1 min 0 s',
      '3 min 5 s',
      '2 h 4 min',
    ]);
    expect([-5, 0, 1, 61_000, 86_400_000].map(countdown)).toEqual([
      '00:00:00',
      '00:00:00',
      '00:00:01',
      '00:01:01',
      '24:00:00',
    ]);
  });

  it('fit, pad and fold by columns, not by letters', () => {
    expect(fit('部署新版本', 7)).toBe('部署新…');
    expect(pad('部署', 6)).toBe('部署  ');
    expect(fold('one two three', 10, '')).toEqual(['one two', 'three']);
    expect(fold('部署新版本到服务器', 10, '')).toEqual(['部署新版本', '到服务器']);
    expect(visible('a\u0007b\u2066')).toBe('a<U+0007>b<U+2066>');
  });

  it.each(['\n', '\r\n', '\r', '\u2028', '\t'])(
    'B17: the end of a line is never shown as a code: %j',
    (end) => {
      const text = `SERVICE_EXITED: it said:${end}no such table`;
      expect(visible(text)).toBe('SERVICE_EXITED: it said: no such table');
      expect(fit(text, 200)).toBe(visible(text));
      expect(fold(text, 200).join(' ')).toBe(visible(text));
    },
  );

  it('B17: lines that a person or a program wrote stay lines', () => {
    const needsAttention = 'app-server-1: SERVICE_EXITED. It said:\nError: no such table\n';
    const stuck = waiting({ outcome: 'needs_attention', needsAttention });
    const shown = eventLines(waiting(), stuck, 'en').join('\n');
    expect(shown).toContain('It said:\n     Error: no such table\n   runsheet resolve');
    const failure = { step: 6, type: 'SERVICE_EXITED', message: 'it said:\nError: no table' };
    const sheet = renderRunSheet(waiting({ failure }), { language: 'en', color: false, width: 80 });
    expect(sheet.join('\n')).toContain('    it said:\n    Error: no table');
  });

  it('are in the language asked for', () => {
    expect(languageOf({ lang: 'zh' })).toBe('zh');
    expect(languageOfArguments(['check', '--lang=zh'])).toBe('zh');
    expect(languageOfArguments(['check', '--lang', 'en'])).toBe('en');
  });
});

describe('exit codes', () => {
  it('say what the service is left with', () => {
    expect(exitCodeOf('succeeded', false)).toBe(EXIT.succeeded);
    expect(exitCodeOf('failed', false)).toBe(3);
    expect(exitCodeOf('rolled_back', true)).toBe(3);
    for (const outcome of ['rejected', 'expired', 'cancelled'] as const) {
      expect(exitCodeOf(outcome, false)).toBe(4);
      expect(exitCodeOf(outcome, true)).toBe(3);
    }
    expect(exitCodeOf('needs_attention', true)).toBe(5);
    expect(exitCodeOf('running', false)).toBe(1);
  });
});

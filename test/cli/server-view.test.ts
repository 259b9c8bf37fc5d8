/** What `status` shows of a run where no worker answers, and of attempts where one does. */
import { describe, expect, it } from 'vitest';
import { renderServerView, repeatedLines } from '../../src/cli/view/server-view.ts';
import type { ServerActivity } from '../../src/client.ts';
import type { Language } from '../../src/diagnostics/language.ts';
import { serverView } from './support/fake-client.ts';

const view = (language: Language) => ({ language, color: false, width: 110, nowMs: 100_000 });
const running: ServerActivity = {
  text: '6 app-server-1 stop the service',
  isRunning: true,
  attempt: 1,
  startedAtMs: 88_000,
  lastFailure: null,
};
const handedOver: ServerActivity = {
  text: '6 app-server-2 stop the service',
  isRunning: false,
  attempt: 2,
  startedAtMs: null,
  lastFailure: 'Handed over by the worker that ends',
};
const silent = serverView({
  templateId: 'deployment',
  environment: 'production',
  version: 'v2.1.0',
  outcome: 'running',
  step: 6,
  activities: [running, handedOver],
  cancelRequested: false,
  heardAtMs: 87_700,
});

describe('a run that no worker answers for', () => {
  it('is shown from the server, with since when', () => {
    expect(renderServerView(silent, view('en'))).toEqual([
      'deployment  v2.1.0 → production',
      'run-1  running  1 min 40 s',
      '',
      'step 6',
      '  ▶ 6 app-server-1 stop the service  attempt 1 for 12.0 s',
      '  ↻ 6 app-server-2 stop the service  attempt 2 waits for a worker (Handed over by the worker that ends)',
      'this is from the Temporal server: no worker answers; one last did 12.3 s ago',
    ]);
    expect(renderServerView(silent, view('zh')).slice(3)).toEqual([
      '步骤 6',
      '  ▶ 6 app-server-1 stop the service  第 1 次，已 12.0 秒',
      '  ↻ 6 app-server-2 stop the service  等待 worker，第 2 次 (Handed over by the worker that ends)',
      '以上来自 Temporal 服务器：worker 没有应答，上一次是在 12.3 秒前',
    ]);
  });

  it('says so where it waits for approval, or where nobody was ever there', () => {
    const waiting = serverView({ step: 5, approval: 'pending' });
    expect(renderServerView(waiting, view('en')).slice(1)).toEqual([
      'run-1  running  1 min 40 s',
      '',
      'step 5  waiting for approval',
      'this is from the Temporal server: no worker has done anything for the run',
    ]);
  });

  it('shows a fleet in a bounded number of lines', () => {
    const fleet = serverView({ activities: Array.from({ length: 100 }, () => running) });
    const lines = renderServerView(fleet, view('en'));
    expect(lines.length).toBeLessThan(30);
    expect(lines).toContain('  and 80 more');
  });
});

it('below what a worker tells stands what is tried again, and nothing else', () => {
  expect(repeatedLines(silent, view('en'))).toEqual([
    '  ↻ 6 app-server-2 stop the service  attempt 2 waits for a worker (Handed over by the worker that ends)',
  ]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  AnnounceApprovalInput,
  AnnounceQuestionInput,
} from '../../../src/activities/contract.ts';
import { createReportActivities } from '../../../src/activities/run/report.ts';
import { createFolderArtifactStore } from '../../../src/adapters/artifacts/folder-artifact-store.ts';
import {
  createFakeNotifier,
  type FakeNotifier,
} from '../../../src/adapters/webhook/fake-notifier.ts';
import type { ActionInput, ActionResult, RunRef, RunReport } from '../../../src/plan/run.ts';
import type { ArtifactStore } from '../../../src/ports/artifact-store.ts';
import type { DeploymentRecord, RecordStore } from '../../../src/ports/record-store.ts';

const run: RunRef = {
  workflowId: 'deploy-1',
  requestId: 'request-1',
  project: 'demo',
  service: 'quotes',
  environment: 'production',
  version: 'v2.1.0',
  templateId: 'deployment_workflow_v1',
  planDigest: `sha256:${'c'.repeat(64)}`,
  requestedBy: 'carol',
  language: 'zh',
};

const report: RunReport = {
  status: 'succeeded',
  statusText: '成功',
  run,
  title: '软件部署工作流模板',
  servers: ['app-server-1', 'app-server-2'],
  startedAtMs: 1_767_225_600_000,
  durationMs: 83_400,
  peopleMs: 20_000,
  withoutServiceMs: 1_500,
  revision: 'a'.repeat(40),
  image: { reference: 'quotes', tag: 'v2.1.0-production', digest: `sha256:${'b'.repeat(64)}` },
  steps: [
    {
      number: 8,
      title: '健康检查',
      state: 'succeeded',
      durationMs: 4_200,
      criteria: [
        {
          text: '响应时间 < 500ms',
          fact: 'health_check.response_time',
          value: 42,
          threshold: 500,
          comparison: '<',
          unit: 'milliseconds',
          passed: true,
          detail: '50 requests',
        },
        {
          text: '错误率 < 1%',
          fact: 'service.error_rate',
          value: null,
          threshold: 1,
          comparison: '<',
          unit: 'percent',
          passed: false,
        },
      ],
      lines: ['a | b <script> [x](y)\n## not a heading'],
    },
  ],
  rollback: [],
  decisions: ['Bob (技术负责人): 批准'],
  approvals: ['Bob (技术负责人)'],
  skips: ['步骤 1：CI 已完成'],
  warnings: [],
  metrics: { 'deployment.duration': 83.4 },
  notification: [{ label: '部署版本', text: 'v2.1.0' }],
};

const announcement: AnnounceApprovalInput = {
  run,
  step: 5,
  title: '部署审批',
  kind: 'request',
  channels: ['email', 'slack'],
  approverRoles: ['tech_lead'],
  expiresAtMs: 1_767_312_000_000,
  servers: ['app-server-1'],
  lines: ['已跳过步骤 1'],
};

let folder: string;
let artifacts: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-notify-'));
  artifacts = createFolderArtifactStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function input(changes: Partial<RunReport> = {}): ActionInput {
  const changed = { ...report, ...changes };
  return {
    run: changed.run,
    step: 10,
    settings: {},
    project: {},
    servers: report.servers,
    report: changed,
  };
}

function activities(notifiers: readonly FakeNotifier[] = []) {
  const written: DeploymentRecord[] = [];
  const records: RecordStore = {
    write: async (record) => void written.push(record),
    find: async () => null,
    list: async () => written,
    lastSucceeded: async () => null,
    succeeded: async () => [],
  };
  const recipientsOf = async (roles: readonly string[]) =>
    roles.includes('tech_lead') ? [{ name: 'Bob', email: 'bob@example.com' }] : [];
  return {
    written,
    ...createReportActivities({ notifiers, records, artifacts, recipientsOf }),
  };
}

function attempt<T>(number: number, body: () => Promise<T>): Promise<T> {
  return new MockActivityEnvironment({ attempt: number }).run(body);
}

describe('report.write', () => {
  it('B17: writes the report as Markdown and says which command shows it', async () => {
    const result = await activities()['report.write'](input());
    const shown = `部署报告：runsheet logs ${run.workflowId} --report`;
    expect(result.evidence).toEqual([shown]);
    const text = String(await artifacts.read('artifact:request-1/report.md'));
    expect(text).toContain('# 部署报告: 软件部署工作流模板');
    expect(text).toContain('| 响应时间 &lt; 500ms | 42 | &lt; 500 | 通过 | 50 requests |');
    expect(text).toContain('未测得');
    expect(text).toContain('1 min 23 s');
    expect(text).toContain('- 部署版本: v2.1.0');
  });

  it('escapes what people and programs wrote', async () => {
    await activities()['report.write'](input());
    const text = String(await artifacts.read('artifact:request-1/report.md'));
    expect(text).toContain('- a \\| b &lt;script\\> \\[x\\](y) \\#\\# not a heading');
    expect(text).not.toContain('\n## not a heading');
  });

  it('speaks the language of the run', async () => {
    await activities()['report.write'](input({ run: { ...run, language: 'en' } }));
    const text = String(await artifacts.read('artifact:request-1/report.md'));
    expect(text).toContain('# Deployment report');
    expect(text).toContain('not measured');
  });
});

describe('notify.send', () => {
  it("sends the template's own lines on every channel, once", async () => {
    const [email, slack] = [createFakeNotifier('email'), createFakeNotifier('slack')];
    const { 'notify.send': send } = activities([email, slack]);
    const first = await send(input());
    await send(input());
    expect(first.evidence).toEqual(['email: fake email', 'slack: fake slack']);
    for (const { sent } of [email, slack]) {
      expect(sent).toHaveLength(1);
      expect(sent[0]).toMatchObject({
        kind: 'result',
        severity: 'success',
        fields: report.notification,
      });
    }
  });

  it('asks only the channel that failed again', async () => {
    const [email, slack] = [createFakeNotifier('email'), createFakeNotifier('slack')];
    slack.failNext(1);
    const { 'notify.send': send } = activities([email, slack]);
    await expect(attempt(1, () => send(input()))).rejects.toMatchObject({ type: 'NOT_DELIVERED' });
    await attempt(2, () => send(input()));
    expect([email.sent.length, slack.sent.length]).toEqual([1, 1]);
  });

  it('goes on with what one channel delivered, and names the other', async () => {
    const [email, slack] = [createFakeNotifier('email'), createFakeNotifier('slack')];
    slack.failNext(9);
    const send = (): Promise<ActionResult> => activities([email, slack])['notify.send'](input());
    const result = await attempt(2, send);
    expect(result.evidence).toEqual(['email: fake email', 'slack：未送达，slack did not answer.']);
  });

  it('fails where no channel delivered', async () => {
    const slack = createFakeNotifier('slack');
    slack.failNext(9);
    const { 'notify.send': send } = activities([slack]);
    await expect(attempt(7, () => send(input()))).rejects.toMatchObject({ nonRetryable: false });
  });

  it('says so where nothing is configured', async () => {
    const { evidence } = await activities()['notify.send'](input());
    expect(evidence[0]).toContain('没有配置通知方式');
  });

  it('tells a failure as a failure', async () => {
    const slack = createFakeNotifier('slack');
    await activities([slack])['notify.send'](
      input({ status: 'rolled_back', statusText: '已回滚' }),
    );
    expect(slack.sent[0]).toMatchObject({
      severity: 'failure',
      title: expect.stringContaining('已回滚'),
    });
  });
});

describe('record.update', () => {
  it('writes one record from the report', async () => {
    const { written, 'record.update': update } = activities();
    await update(input());
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({
      approvals: ['Bob (技术负责人)'],
      requestId: 'request-1',
      outcome: 'succeeded',
      digest: report.image?.digest,
      servers: report.servers,
    });
  });

  it('refuses to record nothing', async () => {
    const { report: _report, ...without } = input();
    await expect(activities()['record.update'](without)).rejects.toMatchObject({ type: 'INVALID' });
  });
});

describe('announceApproval', () => {
  it('asks the people of the roles, with the request on the buttons', async () => {
    const [email, slack] = [createFakeNotifier('email'), createFakeNotifier('slack')];
    const webhook = createFakeNotifier('webhook');
    const result = await activities([email, slack, webhook]).announceApproval(announcement);
    expect(result).toEqual({ delivered: ['email: fake email', 'slack: fake slack'], failed: [] });
    expect(email.sent[0]).toMatchObject({
      kind: 'approval',
      lines: ['已跳过步骤 1'],
      request: { workflowId: 'deploy-1', requestId: 'request-1', step: 5 },
      recipients: [{ name: 'Bob', email: 'bob@example.com' }],
    });
    expect(webhook.sent).toHaveLength(0);
  });

  it('falls back to the Web UI where no channel is configured, which is no failed delivery', async () => {
    const result = await activities().announceApproval(announcement);
    expect(result.delivered).toEqual(['Web UI']);
    expect(result.failed).toEqual([]);
  });

  it('asks again where the request was opened again, and once for each attempt of it', async () => {
    const slack = createFakeNotifier('slack');
    const { announceApproval } = activities([slack]);
    await announceApproval(announcement);
    await announceApproval(announcement);
    await announceApproval({ ...announcement, expiresAtMs: announcement.expiresAtMs + 1 });
    expect(slack.sent).toHaveLength(2);
  });

  it('closes without a request to decide', async () => {
    const slack = createFakeNotifier('slack');
    await activities([slack]).announceApproval({
      ...announcement,
      kind: 'closed',
      outcome: '已批准',
    });
    expect(slack.sent[0]?.kind).toBe('approval-closed');
    expect(slack.sent[0]?.request).toBeUndefined();
    expect(slack.sent[0]?.title).toContain('已批准');
  });
});

describe('announceQuestion', () => {
  const question: AnnounceQuestionInput = {
    run,
    title: '服务启动',
    roles: ['tech_lead'],
    servers: Array.from({ length: 22 }, (_, index) => `app-${index}`),
    isRepeated: false,
    atMs: 1000,
    question: {
      kind: 'failure',
      step: 7,
      roles: ['技术负责人'],
      answers: [
        { word: 'retry', would: '再做失败的任务' },
        { word: 'rollback', would: 'app-0 恢复 v1' },
      ],
      text: '步骤7 服务启动 失败：磁盘满',
      openedAtMs: 1_767_312_000_000,
      deadlineMs: 1_767_313_800_000,
      atDeadline: '无人决定则按 rollback 处理',
    },
  };

  it('goes to every configured channel with text, words, deadline and what a button carries', async () => {
    const [slack, webhook] = [createFakeNotifier('slack'), createFakeNotifier('webhook')];
    const { announceQuestion } = activities([slack, webhook]);
    expect(await announceQuestion(question)).toEqual({
      delivered: ['slack: fake slack', 'webhook: fake webhook'],
      failed: [],
    });
    expect(webhook.sent[0]).toMatchObject({
      kind: 'question',
      severity: 'failure',
      lines: ['步骤7 服务启动 失败：磁盘满'],
      request: {
        workflowId: 'deploy-1',
        requestId: 'request-1',
        step: 7,
        openedAtMs: 1_767_312_000_000,
        answers: question.question.answers,
      },
      recipients: [{ name: 'Bob', email: 'bob@example.com' }],
    });
    expect(webhook.sent[0]?.title).toContain('服务启动：步骤失败，等待人工决定 ');
    const fields = webhook.sent[0]?.fields.map(({ text }) => text) ?? [];
    expect(fields).toContain('2026-01-02T00:30:00.000Z: 无人决定则按 rollback 处理');
    expect(fields).toContain('技术负责人');
    expect(fields.join()).toContain('app-19 … +2');
  });

  it('is sent once at each time that it is told, and a channel that fails is a line', async () => {
    const slack = createFakeNotifier('slack');
    const { announceQuestion } = activities([slack]);
    await announceQuestion(question);
    await announceQuestion(question);
    slack.failNext(1);
    const later = { ...question, isRepeated: true, atMs: 2000 };
    const { failed } = await announceQuestion(later);
    expect(failed.join()).toContain('slack: ');
    const english = { ...later, run: { ...run, language: 'en' as const } };
    const { deadlineMs: _deadline, ...open } = question.question;
    await announceQuestion({
      ...english,
      question: { ...open, kind: 'stuck_rollback', roles: [], deadlineMs: null },
    });
    expect(slack.sent).toHaveLength(2);
    expect(slack.sent[1]?.title).toContain(
      'the rollback is stuck, a person has to decide (told again)',
    );
    expect(slack.sent[1]?.fields.map(({ text }) => text)).toContain('anybody known');
  });

  it('leaves it to terminal and Web UI where nothing is configured', async () => {
    expect(await activities().announceQuestion(question)).toEqual({ delivered: [], failed: [] });
  });
});

/** Every command of docs/temporal-cli.md, typed with the real `temporal` program against a real stage. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CommandResult,
  openTemporalShell,
  readCommands,
  type TemporalShell,
} from './support/documented-commands.ts';
import { PRODUCTION, type Stage, seedText, startStage } from './support/stage.ts';
import { StageRun, statesOf, stepOf } from './support/stage-run.ts';

const PAGE = new URL('../../docs/temporal-cli.md', import.meta.url);
const commands = readCommands(PAGE);
const typed = new Set<string>();

let stage: Stage;
let shell: TemporalShell;

beforeAll(async () => {
  [stage, shell] = await Promise.all([startStage(), openTemporalShell()]);
});

afterAll(async () => {
  shell?.close();
  await stage?.close();
});

/** Types one command of the page. */
function type(name: string, run: string): Promise<CommandResult> {
  const script = commands.get(name);
  if (script === undefined) throw new Error(`${name} is not on the page`);
  typed.add(name);
  return shell.run(script, { ...stage.env, RUN: run });
}

/** Types a command that must succeed. @returns what it printed */
async function typeWell(name: string, run: string): Promise<string> {
  const { code, stdout, stderr } = await type(name, run);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

function follow(run: string): StageRun {
  return new StageRun(stage.client.workflow.getHandle(run));
}

/** Types a start. @returns the run once it asks for approval */
async function startAndWait(command: string, run: string): Promise<StageRun> {
  expect(await typeWell(command, run)).toContain(run);
  const started = follow(run);
  await started.untilWaiting();
  return started;
}

/** The examples of the template, as the seed has them. */
function usageExamples(): readonly string[] {
  const section = /^## 使用示例\n(?<text>[\s\S]*?)^## /mu.exec(seedText)?.groups?.['text'] ?? '';
  return [...section.matchAll(/^```\n(?<text>[\s\S]*?)\n```$/gmu)].map(
    ({ groups }) => groups?.['text'] ?? '',
  );
}

describe('docs/temporal-cli.md', () => {
  it('shows the usage examples of the template word by word', () => {
    const examples = usageExamples();
    expect(examples).toHaveLength(3);
    const page = readFileSync(PAGE, 'utf8');
    for (const example of examples) expect(page).toContain(`--input '${JSON.stringify(example)}'`);
  });

  it('starts by type with JSON, looks, is refused, approves, and succeeds', async () => {
    const run = await startAndWait('start-json', 'cli-json');

    const status = await typeWell('query-status', run.id);
    expect(status).toContain('"requestedBy":"carol"');
    expect(await typeWell('query-plan', run.id)).toContain('"templateId":"deployment_workflow_v1"');
    const report = await typeWell('query-report', run.id);
    const details = await typeWell('metadata', run.id);
    for (const { title } of (await run.status()).steps) {
      expect(report).toContain(title);
      expect(details).toContain(title);
    }
    for (const name of ['answer', 'approve', 'reject', 'decide', 'status'])
      expect(details).toContain(name);
    const described = await typeWell('describe', run.id);
    expect(described).toContain('RunsheetVersion');
    expect(described).toContain('v2.1.0');
    await expect
      .poll(() => typeWell('list-waiting', run.id), { timeout: 10_000 })
      .toContain(run.id);

    expect(await typeWell('decide-refused', run.id)).toContain(lineOfPage('NOT_AN_APPROVER'));
    const malformed = await type('decide-malformed', run.id);
    expect(malformed.code).toBe(1);
    expect(malformed.stderr.trim()).toBe(lineOfPage('BAD_DECISION'));
    expect(stepOf(await run.status(), 5).state).toBe('waiting');

    expect(await typeWell('decide', run.id)).toContain('accepted:true');
    const ended = await run.end();
    expect(ended.failure).toBeNull();
    expect(ended.status.outcome).toBe('succeeded');
    expect(await typeWell('result', run.id)).toMatch(/Status +COMPLETED/u);
    expect(await typeWell('list-waiting', run.id)).not.toContain(run.id);
    expect(await stage.world.version('app-server-1')).toBe('v2.1.0');
  });

  it('runs the first usage example on three servers', async () => {
    const run = await startAndWait('start-basic', 'cli-basic');
    await typeWell('approve', run.id);
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(new Set(Object.values(statesOf(status)))).toEqual(new Set(['succeeded']));
    expect(await stage.world.versions(PRODUCTION)).toEqual({
      'app-server-1': 'v2.1.0',
      'app-server-2': 'v2.1.0',
      'app-server-3': 'v2.1.0',
    });
  });

  it('rolls the unmodified run sheet where the request says so, and the pool is never empty', async () => {
    const run = await startAndWait('start-batches', 'cli-batches');
    expect((await run.status()).warnings.join()).not.toContain('没有服务器提供服务');
    expect(await typeWell('answer-update', run.id)).toContain('accepted:true');
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(new Set(Object.values(statesOf(status)))).toEqual(new Set(['succeeded']));
    expect(status.withoutServiceMs).toBe(0);
    const versions = await stage.world.versions(PRODUCTION);
    expect(new Set(Object.values(versions))).toEqual(new Set(['v2.1.0']));
  });

  it('runs the second usage example without tests, until it is rejected', async () => {
    const before = await stage.world.version('app-server-1');
    const run = await startAndWait('start-hotfix', 'cli-hotfix');
    expect(statesOf(await run.status())).toMatchObject({
      1: 'skipped',
      2: 'skipped',
      3: 'succeeded',
    });
    await typeWell('reject', run.id);
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('RUN_REJECTED');
    expect(failure?.message).toContain('not today');
    expect(statesOf(status)).toMatchObject({ 5: 'failed', 6: 'not_reached', 10: 'succeeded' });
    expect(await stage.world.version('app-server-1')).toBe(before);
  });

  it('runs the third usage example with its changes', async () => {
    const run = await startAndWait('start-changes', 'cli-changes');
    const { note, state } = stepOf(await run.status(), 1);
    expect(state).toBe('skipped');
    expect(note).toContain('代码检查已在CI完成');
    await typeWell('answer', run.id);
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(stepOf(status, 8).tasks).toContainEqual(
      expect.objectContaining({ text: '数据库迁移验证', state: 'succeeded' }),
    );
  });

  it('runs the same changes as JSON, until it is cancelled', async () => {
    const run = await startAndWait('start-overrides', 'cli-overrides');
    expect(stepOf(await run.status(), 1)).toMatchObject({ state: 'skipped' });
    await typeWell('cancel', run.id);
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('CancelledFailure');
    expect(status.outcome).toBe('cancelled');
  });

  it('starts later, with what the Web UI shows until then, and refuses the id a second time', async () => {
    expect(await typeWell('start-later', 'cli-later')).toContain('cli-later');
    const described = await typeWell('describe', 'cli-later');
    expect(described).toContain('shipping-quotes v2.1.0 → production');
    expect(described).toContain('RunsheetVersion');
    expect((await fetchHistory('cli-later')).history).not.toContain('workflowTaskScheduled');
    const again = await type('start-later', 'cli-later');
    expect(again.code).toBe(1);
    await typeWell('cancel', 'cli-later');
    expect((await follow('cli-later').end()).failure?.type).toBe('CancelledFailure');
    expect((await type('start-later', 'cli-later')).code).toBe(1);
  });

  it('starts runs by a schedule, each with an id of its own', async () => {
    const version = 'v2.1.0';
    const deployed = await stage.start({
      environment: 'development',
      servers: ['dev-server-1'],
      version,
    });
    expect((await deployed.end()).failure).toBeNull();
    await typeWell('schedule-create', '');
    const ids = new Set<string>();
    for (const count of [1, 2]) {
      await typeWell('schedule-trigger', '');
      const started = await untilScheduled(count);
      for (const id of started) ids.add(id);
      const { failure, status } = await follow(started.at(-1) ?? '').end();
      expect(failure).toBeNull();
      expect(status.templateId).toBe('restart');
    }
    expect([...ids].filter((id) => /^restart-\d{4}-.*Z$/u.test(id))).toHaveLength(2);
    expect(await typeWell('schedule-describe', '')).toContain('weekly-restart');
    await typeWell('schedule-delete', '');
  });

  it('refuses a wrong request with every problem and does nothing', async () => {
    await typeWell('start-wrong', 'cli-wrong');
    const { code, stdout } = await type('result', 'cli-wrong');
    expect(code).toBe(1);
    for (const line of blockOfPage('Status   FAILED')) expect(stdout).toContain(line.trim());
    expect(stdout).toContain('v2 1');
    expect((await follow('cli-wrong').end()).failure?.type).toBe('BAD_REQUEST');
    const { history } = await fetchHistory('cli-wrong');
    expect(history).not.toContain('activityTaskScheduledEventAttributes');
  });

  it.each(['--execution-timeout 14s', '--run-timeout 14s'])(
    'S5 refuses a start with %s and does nothing, and takes the same without',
    async (option) => {
      const run = `cli-bound-${option.split(' ')[0]}`;
      const start = commands.get('start-json') ?? '';
      const bound = start.replace('workflow start', `workflow start ${option}`);
      expect((await shell.run(bound, { ...stage.env, RUN: run })).code).toBe(0);
      expect((await follow(run).end()).failure?.type).toBe('UNBOUND_RUN');
      expect((await fetchHistory(run)).history).not.toContain(
        'activityTaskScheduledEventAttributes',
      );
    },
  );

  it('has no command that is not tried here', () => {
    expect([...typed].sort()).toEqual([...commands.keys()].sort());
  });
});

describe('a template of the project', () => {
  it.each([
    ['deployment.md', 'v3.0.0'],
    ['our-releases.md', 'v3.0.1'],
  ])('is found by its id, as %s, byte for byte the reference', async (file, version) => {
    stage.write(`templates/${file}`, seedText);
    try {
      const run = await stage.start(
        { environment: 'development', servers: ['dev-server-1'], version },
        { id: `cli-own-${file}` },
      );
      const { failure, status } = await run.end();
      expect(failure).toBeNull();
      expect(status.title).toBe(/^# (?<title>.+)$/mu.exec(seedText)?.groups?.['title']);
      expect(statesOf(status)).toMatchObject({ 5: 'skipped', 10: 'succeeded' });
    } finally {
      stage.remove(`templates/${file}`);
    }
  });
});

/** Ids of the runs that the schedule of the page has started, once there are so many; the latest last. */
async function untilScheduled(count: number): Promise<readonly string[]> {
  const handle = stage.client.schedule.getHandle('weekly-restart');
  let ids: readonly string[] = [];
  const started = async (): Promise<number> => {
    const { recentActions } = (await handle.describe()).info;
    ids = recentActions.map(({ action }) => action.workflow.workflowId);
    return ids.length;
  };
  await expect.poll(started, { timeout: 20_000 }).toBe(count);
  return ids;
}

/** The page's line that has this text. */
function lineOfPage(text: string): string {
  const line = readFileSync(PAGE, 'utf8')
    .split('\n')
    .find((each) => each.includes(text));
  if (line === undefined) throw new Error(`the page lacks ${text}`);
  return line.trim();
}

/** The lines of the page's block that begins with this text. */
function blockOfPage(text: string): readonly string[] {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(`\`\`\`\n${text}`);
  if (start < 0) throw new Error(`the page has no block that begins with ${text}`);
  return page
    .slice(start + 4, page.indexOf('\n```', start))
    .split('\n')
    .slice(1);
}

async function fetchHistory(run: string): Promise<{ readonly history: string }> {
  return { history: JSON.stringify(await stage.client.workflow.getHandle(run).fetchHistory()) };
}

/** Bad input, started past our CLI: a failed run with every problem in its message, and no side effect. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/plan/plan.ts';
import { distFolder, edited, type Stage, seedText, startStage, withId } from './support/stage.ts';
import { filesBelow } from './support/world.ts';

const GOOD = {
  environment: 'production',
  servers: ['app-server-1'],
  version: 'v2.1.0',
  requested_by: 'carol',
};
const CLI_LIMIT_MS = 60_000;

let stage: Stage;
let untouched: World;

interface World {
  readonly files: readonly string[];
  readonly version: string | null;
  readonly pool: object;
}

/** What a run could have touched: runs, servers, registry, the balancer. */
async function worldNow(): Promise<World> {
  const folders = ['runs', 'servers', 'registry'];
  return {
    files: folders.flatMap((name) => filesBelow(join(stage.folder, '.runsheet', name))),
    version: await stage.world.version('app-server-1'),
    pool: await stage.world.pool('production'),
  };
}

beforeAll(async () => {
  stage = await startStage();
  untouched = await worldNow();
});

afterAll(() => stage?.close());

afterEach(() => {
  stage.restoreSample();
  stage.remove('templates');
});

/** Starts, expects a failure of this type, and proves from the history that nothing was done. */
async function refusal(type: string, input: Json | readonly Json[], template?: string) {
  const run = await stage.start(input, template === undefined ? {} : { type: template });
  const { failure } = await run.end(30);
  expect(failure?.type).toBe(type);
  const { events } = await run.handle.fetchHistory();
  const effects = (events ?? []).filter(
    (event) =>
      event.activityTaskScheduledEventAttributes ??
      event.startChildWorkflowExecutionInitiatedEventAttributes ??
      event.timerStartedEventAttributes,
  );
  expect(effects).toEqual([]);
  expect(await worldNow()).toEqual(untouched);
  return failure?.message ?? '';
}

const REQUESTS: readonly (readonly [string, Json, readonly string[]])[] = [
  [
    'a missing parameter',
    { environment: 'production', servers: ['app-server-1'] },
    ['缺少参数 version'],
  ],
  [
    'an extra parameter',
    { ...GOOD, verison: 'v2' },
    ['没有参数「verison」', '您是否想写「version」'],
  ],
  ['an ill-typed parameter', { ...GOOD, skip_tests: 'yes' }, ['参数 skip_tests 应为']],
  ['a value out of the enum', { ...GOOD, environment: 'prodution' }, ['您是否想写「production」']],
  ['no servers', { ...GOOD, servers: [] }, ['app-server-1']],
  [
    'a server given twice',
    { ...GOOD, servers: ['app-server-1', 'app-server-1'] },
    ['app-server-1 出现了两次'],
  ],
  ['an unknown server', { ...GOOD, servers: ['app-server-7'] }, ['app-server-7', 'app-server-1']],
  [
    'a server of another environment',
    { ...GOOD, environment: 'development' },
    ['app-server-1 属于 production，不属于 development'],
  ],
  ['a version that is no tag', { ...GOOD, version: 'v2;reboot' }, ['v2;reboot']],
  [
    'a skip of the approval',
    { ...GOOD, overrides: { skip: [{ step: 5, reason: '急' }] } },
    ['步骤 5 不能由请求跳过'],
  ],
  ['a skip without a reason', { ...GOOD, overrides: { skip: [{ step: 1 }] } }, ['步骤 1', '原因']],
  [
    'a task that nobody knows',
    { ...GOOD, overrides: { add: [{ step: 8, task: '数据库迁移' }] } },
    ['没有任务「数据库迁移」', '数据库迁移验证'],
  ],
  ['a policy of its own', { ...GOOD, allow_self: true }, ['allow_self']],
];

describe('a bad request', () => {
  it.each(REQUESTS)('%s', async (_name, input, sentences) => {
    const message = await refusal('BAD_REQUEST', input);
    for (const sentence of sentences) expect(message).toContain(sentence);
  });

  it('has every problem in one message', async () => {
    const message = await refusal('BAD_REQUEST', {
      environment: 'production',
      servers: ['app-server-1', 'app-server-1', 'dev-server-1'],
      skip_tests: 'yes',
      verison: 'v2',
      overrides: { skip: [{ step: 5, reason: '急' }] },
    });
    const problems = [
      'version',
      '没有参数「verison」',
      'skip_tests',
      '出现了两次',
      '属于 development',
      '步骤 5',
    ];
    for (const problem of problems) expect(message).toContain(problem);
  });

  it('says what `runsheet run` says, which ends with 2', async () => {
    const text = [
      '执行 deployment.md 模板',
      '参数:',
      '- environment: production',
      '- servers: [app-server-1, app-server-9]',
      '- verison: v2',
    ].join('\n');
    const message = await refusal('BAD_REQUEST', [text, { requested_by: 'carol' }]);
    stage.write('request.txt', text);
    const asked = ['--file', 'request.txt', '--requested-by', 'carol'];
    const { exitCode, stderr } = await cli('run', ...asked, '--lang', 'zh', '--yes');
    expect(exitCode).toBe(2);
    expect(stderr.trim()).toBe(message.trim());
    expect(await worldNow()).toEqual(untouched);
  });

  it('names a template that is not the one started', async () => {
    const text = '执行 rollback.md 模板\n参数:\n- version: v2';
    expect(await refusal('BAD_REQUEST', text)).toContain('rollback.md');
  });

  it('is no request at all', async () => {
    for (const input of [42, ['v1'], null, 'v2.1.0 please']) {
      expect((await refusal('BAD_REQUEST', [input])).length).toBeGreaterThan(0);
    }
    expect(await refusal('BAD_REQUEST', [])).toContain('请求没有输入');
  });
});

describe('a template', () => {
  it('that does not exist: the nearest is named', async () => {
    const message = await refusal('UNKNOWN_TEMPLATE', GOOD, 'deployment_workflow_v2');
    expect(message).toContain('您是否想写「deployment_workflow_v1」');
  });

  const swap = (from: string, to: string): string => edited(seedText, from, to);
  const broken: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'with a criterion that nothing measures',
      swap('- 扫描安全漏洞\n- 检查依赖版本\n', ''),
      ['UNMEASURED_CRITERION', '- 无高危安全漏洞'],
    ],
    [
      'with a branch to a step that does not exist',
      swap('进入步骤5', '进入步骤55'),
      ['MISSING_STEP', '没有步骤 55'],
    ],
    ['with two steps of one number', swap('### 2.', '### 1.'), ['DUPLICATE_STEP', '步骤编号 1']],
    ['with an endless jump', swap('进入步骤5', '进入步骤2'), ['ENDLESS_JUMP', '步骤 2']],
    ['with a phrase that nobody knows', swap('扫描安全漏洞', '扫描安全漏铜'), ['扫描安全漏洞']],
    ['with a line of 1 MiB', `${seedText}\n${'长'.repeat(400_000)}\n`, ['broken.md']],
  ];

  it.each(broken)('%s', async (_name, text, sentences) => {
    stage.write('templates/broken.md', withId(text, 'broken'));
    const message = await refusal('BAD_TEMPLATE', GOOD, 'broken');
    for (const sentence of sentences) expect(message).toContain(sentence);
  });

  it('that is not UTF-8', async () => {
    const text = Buffer.from(withId(seedText, 'broken'), 'utf8');
    stage.write('templates/broken.md', Buffer.concat([text, Buffer.from([0xff, 0xfe, 0x0a])]));
    expect(await refusal('BAD_TEMPLATE', GOOD, 'broken')).toContain('NOT_UTF8');
  });

  it('that is empty has no id, and stands in nobody’s way', async () => {
    stage.write('templates/empty.md', '');
    expect(await refusal('UNKNOWN_TEMPLATE', GOOD, 'empty')).toContain('deployment_workflow_v1');
  });

  it('twice with one id', async () => {
    stage.write('templates/a.md', withId(seedText, 'twice'));
    stage.write('templates/b.md', withId(swap('>= 95%', '>= 90%'), 'twice'));
    const message = await refusal('BAD_TEMPLATE', GOOD, 'twice');
    for (const sentence of ['DUPLICATE_TEMPLATE', 'a.md', 'b.md'])
      expect(message).toContain(sentence);
  });
});

describe('a project file', () => {
  it('with several mistakes: all of them, with their places', async () => {
    stage.edit('runsheet.yaml', 'task_queue: runsheet', 'task_queu: runsheet');
    stage.edit('runsheet.yaml', 'grace: 10s', 'grace: soon');
    const message = await refusal('BAD_PROJECT_FILE', GOOD);
    for (const sentence of ['runsheet.yaml:', 'task_queu', 'soon'])
      expect(message).toContain(sentence);
  });

  it('that is missing', async () => {
    stage.remove('runsheet.yaml');
    expect(await refusal('BAD_PROJECT_FILE', GOOD)).toContain('runsheet.yaml');
  });
});

interface Printed {
  readonly exitCode: number;
  readonly stderr: string;
}

/** The built CLI in the stage's folder. */
function cli(...argv: readonly string[]): Promise<Printed> {
  const program = join(distFolder(), 'cli/main.js');
  const options = { cwd: stage.folder, timeout: CLI_LIMIT_MS };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...argv], options, (error, _stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, stderr });
    });
  });
}

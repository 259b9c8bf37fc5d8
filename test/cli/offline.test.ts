/** The commands that need no server, as the built program. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommands } from '../e2e/support/documented-commands.ts';
import { bareEnvironment, newProject, run, runsheet, WORKER } from './support/program.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const DEPLOY = [
  '-p',
  'environment=production',
  '-p',
  'servers=app-server-1',
  '-p',
  'version=v2.1.0',
];
/** Said to a person within this time. */
const SAID_MS = 30_000;

let project: ReturnType<typeof newProject>;
beforeAll(() => {
  project = newProject();
});
afterAll(() => project.remove());

const typed = (...args: string[]) => runsheet(args, { cwd: project.folder });
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(project.folder, name), content);
  return name;
};

describe('the commands of docs/cli.md that need no server', () => {
  const offline = [...DOCUMENTED].filter(([name]) => name.startsWith('offline-'));

  it.each(offline)('%s', { timeout: 60_000 }, async (name, script) => {
    const ended = await run('sh', ['-c', script], {
      cwd: project.folder,
      env: { PATH: project.PATH },
    });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    if (name.endsWith('json') || script.includes('--json')) JSON.parse(ended.stdout);
    else expect(ended.stdout).toMatch(/sha256:[0-9a-f]{64}/u);
  });
});

describe('check', { timeout: 60_000 }, () => {
  it('explains every line, as text and as JSON', async () => {
    const lines = readFileSync(join(project.folder, 'deployment.md'), 'utf8').split('\n').length;
    const json = await typed('check', 'deployment.md', '--explain', '--json');
    const parsed = JSON.parse(json.stdout) as { files: { explanation: unknown[] }[] };
    expect(parsed.files[0]?.explanation.length).toBeGreaterThanOrEqual(lines - 1);
  });

  it('says every problem at once, with place, excerpt and the nearest phrase', async () => {
    const text = readFileSync(join(project.folder, 'deployment.md'), 'utf8');
    file('wrong.md', text.replace('停止应用服务', '停止应用服物').replace('24小时', '二十四小时'));
    const ended = await typed('check', 'wrong.md', 'deployment.md', '--lang', 'zh');
    expect(ended.code).toBe(2);
    expect(ended.stdout).toMatch(/wrong\.md:\d+:\d+: 错误 UNKNOWN_PHRASE/u);
    expect(ended.stdout).toContain('停止应用服务');
    expect(ended.stdout).toContain('BAD_DURATION');
    expect(ended.stdout).toContain('^^^');
    expect(ended.stdout).toContain('✓ deployment.md');
  });

  it('says at once what is wrong with the project file and with the run sheet', async () => {
    const wrong = newProject();
    try {
      const own = readFileSync(join(wrong.folder, 'runsheet.yaml'), 'utf8');
      writeFileSync(join(wrong.folder, 'runsheet.yaml'), `${own}\nservise: hello\n`);
      const text = readFileSync(join(wrong.folder, 'deployment.md'), 'utf8');
      writeFileSync(join(wrong.folder, 'wrong.md'), text.replace('更新路由规则', '更新路由规泽'));
      const ended = await runsheet(['check', 'wrong.md', 'deployment.md', '--lang', 'en'], {
        cwd: wrong.folder,
      });
      expect(ended.code).toBe(2);
      expect(ended.stdout).toMatch(/runsheet\.yaml:\d+:\d+: error BAD_PROJECT_FILE/u);
      expect(ended.stdout).toMatch(/wrong\.md:\d+:\d+: error UNKNOWN_PHRASE/u);
      expect(ended.stdout).toContain('✗ wrong.md: 1 error');
      expect(ended.stdout).toContain('✓ deployment.md');
    } finally {
      wrong.remove();
    }
  });

  it('says that a word of the project cannot be judged where its file cannot be read', async () => {
    const wrong = newProject();
    try {
      writeFileSync(join(wrong.folder, 'runsheet.yaml'), 'service: [');
      const text = readFileSync(join(wrong.folder, 'deployment.md'), 'utf8');
      writeFileSync(join(wrong.folder, 'own.md'), text.replace('更新路由规则', '刷新缓存'));
      const ended = await runsheet(['check', 'own.md', '--lang', 'en'], { cwd: wrong.folder });
      expect(ended.code).toBe(2);
      expect(ended.stdout).toContain('BAD_YAML');
      expect(ended.stdout).toContain('✗ own.md: cannot be judged before runsheet.yaml is right');
    } finally {
      wrong.remove();
    }
  });

  it.each([
    ['an empty file', 'empty.md', '', 'EMPTY_FILE'],
    ['not UTF-8', 'latin.md', Uint8Array.of(0xff, 0xfe, 0x00, 0x61), 'NOT_UTF8'],
    ['a line of 1 MiB', 'long.md', 'a'.repeat(1024 * 1024), 'TOO_LARGE'],
  ])('%s is said', async (_what, name, content, code) => {
    const ended = await typed('check', file(name, content));
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain(code);
    expect(ended.spentMs).toBeLessThan(SAID_MS);
  });

  it('a folder, a missing file and an unknown id are said with what to type', async () => {
    const [folder, missing, unknown] = await Promise.all([
      typed('check', '.'),
      typed('check', 'nosuch.md'),
      typed('check', 'deployment_workflw'),
    ]);
    expect([folder.code, missing.code, unknown.code]).toEqual([2, 2, 2]);
    expect(folder.stderr).toContain('runsheet check ./*.md');
    expect(missing.stderr).toContain('deployment.en.md, deployment.md');
    expect(unknown.stderr).toContain('did you mean "deployment_workflow_v1"');
  });

  it('a wrong project file is said in the language asked for, with place and nearest key', async () => {
    const folder = join(project.folder, 'wrong-project');
    mkdirSync(folder);
    writeFileSync(join(folder, 'runsheet.yaml'), 'service: x\nenvironment: {}\nsource: 7\n');
    const [zh, en] = await Promise.all(
      ['zh', 'en'].map((lang) =>
        runsheet(['check', '../deployment.md', '--lang', lang], { cwd: folder }),
      ),
    );
    expect(zh?.code).toBe(2);
    expect(zh?.stdout).toContain(
      'runsheet.yaml:2:1: 错误 BAD_PROJECT_FILE: environment：没有这个键',
    );
    expect(zh?.stdout).toContain('您是否想写「environments」？');
    expect(zh?.stdout).toMatch(/runsheet\.yaml:3:\d+: 错误 BAD_PROJECT_FILE: source：无效输入/u);
    expect(en?.stdout).toContain('did you mean "environments"?');
    expect(en?.stdout).toMatch(/runsheet\.yaml:3:\d+: error BAD_PROJECT_FILE: source: /u);
  });
});

describe('batches', { timeout: 60_000 }, () => {
  const all = DEPLOY.map((each) =>
    each.replace('app-server-1', 'app-server-1,app-server-2,app-server-3'),
  );

  it('are missing where nobody serves meanwhile, which check and plan say: a warning, exit 0', async () => {
    const [checked, planned] = await Promise.all([
      typed('check', 'deployment.md', '--lang', 'en'),
      typed('plan', 'deployment.md', ...all, '--lang', 'en'),
    ]);
    expect([checked.code, planned.code]).toEqual([0, 0]);
    const nobody = 'from step 6 to step 9 no server answers';
    for (const { stdout } of [checked, planned]) {
      expect(stdout).toContain(nobody);
      expect(stdout).toContain('--batches 1');
    }
    expect(planned.stdout).toContain('batches: none; 3 servers at once, out of 3 in the pool');
  });

  it('come from the options, from a file, or from runsheet.yaml', async () => {
    const yaml = readFileSync(join(project.folder, 'runsheet.yaml'), 'utf8');
    file(
      'batches.yaml',
      'environment: production\nservers: [app-server-1, app-server-2]\nversion: v2\n批次: [1, 50%]\n',
    );
    const [typedIn, fromFile] = await Promise.all([
      typed('plan', 'deployment.md', ...all, '--batches', '1', '--observe', '30s', '--lang', 'zh'),
      typed('plan', 'deployment.md', '--file', 'batches.yaml', '--batch-pause', '1m', '--json'),
    ]);
    expect(typedIn.stdout).toContain('批次（来自请求）：1 台；首批观察 30 秒');
    expect(typedIn.stdout).toContain('1. app-server-1  (金丝雀，观察 30 秒，期间至少 2/3 台在线)');
    expect(JSON.parse(fromFile.stdout)).toMatchObject({
      rollingFrom: 'request',
      cannotTell: [],
      plan: { rolling: { from: 6, to: 9, pauseSeconds: 60 } },
    });
    file('runsheet.yaml', yaml.replace('#   rolling:', '    rolling:'));
    try {
      const byDefault = await typed('plan', 'deployment.md', ...all, '--lang', 'en');
      expect(byDefault.stdout).toContain(
        'batches (from runsheet.yaml): 1 server; first one observed',
      );
      const checked = await typed('check', 'deployment.md', '--lang', 'en');
      expect(checked.stdout).toContain(
        '(except in production, for which runsheet.yaml has batches)',
      );
    } finally {
      file('runsheet.yaml', yaml);
    }
  });

  it('that can never be kept are refused with the largest that works', async () => {
    const options = ['--batches', '2', '--minimum-in-pool', '50%', '--failure-budget', '3'];
    const ended = await typed('plan', 'deployment.md', ...all, ...options, '--lang', 'en');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('let a batch have at most 1: --batches 1');
    expect(ended.stderr).toContain('at most 2: --failure-budget 2');
  });
});

describe('a bad request', { timeout: 60_000 }, () => {
  it('lists everything that is wrong and does nothing', async () => {
    const ended = await typed(
      'plan',
      'deployment.md',
      '--lang',
      'en',
      '-p',
      'environment=prodution',
      '-p',
      'servers=app-server-9',
      '-p',
      'versio=v1',
    );
    expect(ended.code).toBe(2);
    for (const code of ['UNKNOWN_PARAMETER', 'BAD_PARAMETER', 'MISSING_PARAMETER']) {
      expect(ended.stderr).toContain(code);
    }
    expect(ended.stderr).toContain('"production"');
  });

  it('without a terminal and without --yes nothing runs', async () => {
    const ended = await typed('run', 'deployment.md', ...DEPLOY, '--requested-by', 'carol');
    expect(ended.code).toBe(2);
    expect(ended.stdout).toMatch(/sha256:/u);
    expect(ended.stderr).toContain('--yes');
  });

  it('wrong options and commands are exit 2 and name the help', async () => {
    const [option, language, command, port] = await Promise.all([
      typed('check', 'deployment.md', '--explane'),
      typed('list', '--lang', 'fr'),
      typed('aprove'),
      typed('dev', '--temporal-port', 'x'),
    ]);
    expect([option.code, language.code, command.code, port.code]).toEqual([2, 2, 2, 2]);
    expect(option.stderr).toContain('runsheet check --help');
    expect(command.stderr).toContain('approve');
    expect(port.stderr).toContain('--temporal-port 0');
  });
});

describe('no Temporal server', { timeout: 60_000 }, () => {
  let hole: Server;
  let address = '';
  beforeAll(async () => {
    hole = createServer(() => undefined);
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const bound = hole.address();
    address = typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : '';
  });
  afterAll(() => {
    hole.close();
  });

  it('is said where no address is known', async () => {
    const ended = await typed('list');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_TEMPORAL_SERVER');
    expect(ended.stderr).toContain('next: runsheet dev');
  });

  it('is given up where the address never answers', async () => {
    const options = { cwd: project.folder, env: { TEMPORAL_ADDRESS: address } };
    const ended = await runsheet(
      ['run', 'deployment.md', ...DEPLOY, '--requested-by', 'carol', '--yes'],
      options,
    );
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`NO_TEMPORAL_SERVER: no Temporal server answers at ${address}`);
    expect(ended.stderr).toContain('next: runsheet dev');
    expect(ended.spentMs).toBeLessThan(SAID_MS);
  });

  it('ends a worker with 2 and says what to type', async () => {
    const options = {
      cwd: project.folder,
      env: { ...bareEnvironment(), TEMPORAL_ADDRESS: address },
    };
    const ended = await run(process.execPath, [WORKER], options);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_TEMPORAL_SERVER');
    expect(ended.stderr).toContain('runsheet dev');
    expect(ended.stdout).toBe('');
    expect(ended.spentMs).toBeLessThan(SAID_MS);
  });
});

describe('help', { timeout: 60_000 }, () => {
  const COMMANDS = [
    'check',
    'plan',
    'run',
    'status',
    'pending',
    'answer',
    'approve',
    'reject',
    'resolve',
    'cancel',
    'list',
    'logs',
    'prune',
    'servers',
    'locks',
    'hosts',
    'versions',
    'replay',
    'worker',
    'dev',
    'demo',
  ];

  it.each(COMMANDS)('of %s has an example, and speaks one language at a time', async (command) => {
    const [zh, en] = await Promise.all(
      ['zh', 'en'].map((language) => typed(command, '--help', '--lang', language)),
    );
    expect([zh?.code, en?.code]).toEqual([0, 0]);
    for (const ended of [zh, en]) {
      expect(ended?.stdout).toMatch(new RegExp(`\\n {2}(?:\\S+ )?runsheet ${command}`, 'u'));
    }
    expect(zh?.stdout).not.toMatch(/Usage:|Options:|Examples:|\((?:default|choices):/u);
    expect(en?.stdout).not.toMatch(/[\u4e00-\u9fff]/u);
  });
});

/** B12: what a command of the project sees: a few names of the worker's, and what the project gives it. */
import { expect, it, onTestFinished } from 'vitest';
import { createCompileActivities } from '../../src/activities/code/compile.ts';
import { createCheckoutCommand } from '../../src/activities/run/command.ts';
import { parseProject } from '../../src/config/load-project.ts';
import type { CommandEnvironment, ProjectSettings } from '../../src/plan/settings.ts';
import { inputFor, makeCheckoutWorld, RUN, runActivity } from './support/checkout-world.ts';

const PRINT = ['sh', '-c', 'env | sort'];

const WORKER = {
  PATH: process.env['PATH'],
  REQUESTS_CA_BUNDLE: '/etc/ssl/own.pem',
  PIP_TOKEN: 'pip-0123456789',
  NPM_URL: 'https://user:abcdefgh@npm.example.com',
  RUNSHEET_SEAL_KEY: '/keys/seal.pem',
};

/** What `env` prints in a command, and what is kept of it. */
async function seen(settings: Partial<ProjectSettings>): Promise<string> {
  const world = await makeCheckoutWorld({ file: '' }, WORKER);
  onTestFinished(() => world.remove());
  const input = await inputFor(world, settings);
  const activity = createCompileActivities(world.ports)['build.compile'];
  await runActivity(activity, input);
  return String(await world.ports.artifacts.read(`artifact:${RUN.requestId}/logs/1-compile.log`));
}

const compiling = (environment?: CommandEnvironment): Partial<ProjectSettings> => ({
  commands: { compile: { argv: PRINT }, ...(environment !== undefined && { environment }) },
});

it('B12: nothing of the worker’s but PATH, HOME and the like where nothing is said', async () => {
  const text = await seen(compiling());
  expect(text).toContain('RUNSHEET_VERSION=v2.1.0');
  expect(text).toMatch(/^PATH=/mu);
  expect(text).not.toMatch(/REQUESTS_CA_BUNDLE|PIP_TOKEN|NPM_URL|SEAL/u);
});

it('B12: REQUESTS_CA_BUNDLE of the worker’s, where the project names it', async () => {
  const text = await seen(compiling({ REQUESTS_CA_BUNDLE: null, NOT_THERE: null }));
  expect(text).toMatch(/^REQUESTS_CA_BUNDLE=\/etc\/ssl\/own\.pem$/mu);
  expect(text).not.toContain('NOT_THERE');
});

it('B12: a text, a secret by reference, and ours before both', async () => {
  const text = await seen(
    compiling({ STAGE: 'a b $HOME', INDEX: 'secret://env/NPM_URL', RUNSHEET_VERSION: 'v0' }),
  );
  expect(text).toMatch(/^STAGE=a b \$HOME$/mu);
  expect(text).toMatch(/^INDEX=\[REDACTED\]$/mu);
  expect(text).toMatch(/^RUNSHEET_VERSION=v2\.1\.0$/mu);
});

it('B12: what is passed on under a secret’s name is printed nowhere', async () => {
  const text = await seen(compiling({ PIP_TOKEN: null }));
  expect(text).toMatch(/^PIP_TOKEN=\[REDACTED\]$/mu);
});

it('B12: a reference without a value stops the command before it begins', async () => {
  await expect(seen(compiling({ INDEX: 'secret://env/GONE' }))).rejects.toThrow(/GONE/u);
});

it('B12: an action on the worker is given the same, one on servers nothing', async () => {
  const text = [
    'service: app',
    'environments: {}',
    'commands: { environment: [REQUESTS_CA_BUNDLE, "STAGE=two"] }',
    'actions:',
    '  here: { run: [sh, -c, "test \\"$STAGE\\" = two && echo $REQUESTS_CA_BUNDLE"] }',
    '  there: { run: [uptime], on: each-server }',
    'image: { kind: docker, verify: { run: [cosign, "${image}"] } }',
  ].join('\n');
  const { project, diagnostics } = parseProject('/p', text);
  expect(diagnostics).toEqual([]);
  const settings = project?.settings;
  const environment = { REQUESTS_CA_BUNDLE: null, STAGE: 'two' };
  expect(settings?.actions).toMatchObject({ here: { environment } });
  expect(settings?.actions['there']).not.toHaveProperty('environment');
  expect(settings?.image.verify).toMatchObject({ environment });
  const world = await makeCheckoutWorld({ file: '' }, WORKER);
  onTestFinished(() => world.remove());
  const hosts = { get: () => Promise.reject(), close: async () => undefined };
  const input = await inputFor(
    world,
    { actions: settings?.actions ?? {} },
    { settings: { name: 'here' } },
  );
  const ports = { ...world.ports, hosts: hosts as never };
  const result = await runActivity(createCheckoutCommand(ports)['project.command'], input);
  expect(result.facts).toMatchObject([{ value: true }]);
  expect(result.evidence).toContain('/etc/ssl/own.pem');
});

const refusedBy = (environment: string) =>
  parseProject('/p', `service: app\nenvironments: {}\ncommands: { environment: ${environment} }\n`)
    .diagnostics[0];

it.each([
  'LD_PRELOAD',
  'NODE_OPTIONS',
  'DYLD_INSERT_LIBRARIES',
  'GIT_SSH_COMMAND',
  'BASH_ENV',
  'JAVA_TOOL_OPTIONS',
  'ld_preload',
  'RUNSHEET_VERSION',
])('B12: %s is refused by its name, passed on or set', (name) => {
  for (const environment of [`[${name}]`, `{ ${name}: /tmp/a.so }`, `{ ${name}: }`]) {
    const told = refusedBy(environment);
    expect(told?.message.en).toContain(`commands are not given ${name}`);
    expect(told?.message.zh).toContain(`命令不能得到 ${name}`);
  }
});

it.each(['["A B=c"]', '{ "1A": b }', '["=b"]'])('B12: %s names no variable', (environment) => {
  expect(refusedBy(environment)?.message.en).toContain('expected the name of a variable');
});

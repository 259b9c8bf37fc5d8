/** Real runs whose messages arrive on local SMTP, Slack and webhook servers, and whose buttons decide. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ParsedMail } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseRecordStore } from '../../src/adapters/database/database-record-store.ts';
import type { DeploymentRecord } from '../../src/ports/record-store.ts';
import { type HttpListener, listenHttp } from '../support/http-listener.ts';
import { listenMail, type MailListener } from '../support/mail-listener.ts';
import { sendClick } from './support/slack-click.ts';
import {
  distFolder,
  edited,
  PRODUCTION,
  type Stage,
  seedText,
  startStage,
} from './support/stage.ts';
import { statesOf, stepOf } from './support/stage-run.ts';

const SIGNING_SECRET = 'signing-secret-of-slack';
const TOKEN = 'xoxb-token-of-the-bot';
const TEAM = 'T0TEAM';
const USERS = { alice: 'U0ALICE', bob: 'U0BOB', carol: 'U0CAROL', stranger: 'U0EVE' } as const;
const READY_LIMIT_MS = 20_000;

let mail: MailListener;
let slack: HttpListener;
let webhook: HttpListener;
let stage: Stage;
let app: { readonly url: string; readonly process: ChildProcess; readonly refusals: string[] };

beforeAll(async () => {
  [mail, slack, webhook] = await Promise.all([listenMail(), listenHttp(), listenHttp()]);
  slack.answer = { status: 200, body: '{"ok":true,"channel":"C1","ts":"1.1"}', headers: {} };
  stage = await startStage({ prepare: configure, templates: { 'deployment.md': seedText } });
  app = await startApp(stage);
});

afterAll(async () => {
  app?.process.kill('SIGTERM');
  await stage?.close();
  await Promise.all([mail?.close(), slack?.close(), webhook?.close()]);
});

/** Channels, people's accounts and secrets in the copy of the sample project. */
function configure(folder: string): void {
  const file = join(folder, 'runsheet.yaml');
  const channels = [
    'channels:',
    `  email: { smtp: 'smtp://127.0.0.1:${mail.port}', from: runsheet@example.com, to: [releases@example.com] }`,
    "  slack: { channel: '#releases', token: secret://slack-token, signing_secret: secret://slack-signing-secret,",
    `    team: ${TEAM}, api_url: '${slack.url}/api/' }`,
    `  webhook: { url: '${webhook.url}/hook' }`,
  ];
  let text = edited(readFileSync(file, 'utf8'), 'channels: {}', channels.join('\n'));
  for (const person of ['alice', 'bob', 'carol'] as const) {
    const address = `email: ${person}@example.com`;
    text = edited(text, address, `${address}, slack: ${USERS[person]}`);
  }
  writeFileSync(file, text);
  const secrets = join(folder, '.runsheet', 'secrets');
  mkdirSync(secrets, { recursive: true });
  writeFileSync(join(secrets, 'slack-token'), `${TOKEN}\n`, { mode: 0o600 });
  writeFileSync(join(secrets, 'slack-signing-secret'), `${SIGNING_SECRET}\n`, { mode: 0o600 });
}

/** The Slack app as it is started in earnest: a process in the project's folder. */
async function startApp({ folder, env }: Stage): Promise<typeof app> {
  const child = spawn(process.execPath, [join(distFolder(), 'slack-app/main.js'), '--port', '0'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const refusals: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => refusals.push(line));
  const url = await new Promise<string>((resolve, reject) => {
    const failed = (): void =>
      reject(new Error(`the Slack app did not start: ${refusals.join('\n')}`));
    const timer = setTimeout(failed, READY_LIMIT_MS);
    child.once('exit', failed);
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  return { url, process: child, refusals };
}

interface SlackMessage {
  readonly channel: string;
  readonly text: string;
  /** Every text that the message shows. */
  readonly shown: string;
  /** Action id → value. */
  readonly buttons: Readonly<Record<string, string>>;
}

/** What the bot posted, oldest first. */
function posted(): readonly SlackMessage[] {
  const calls = slack.requests.filter(({ path }) => path === '/api/chat.postMessage');
  return calls.map(({ body }) => {
    const form = new URLSearchParams(body);
    const blocks = JSON.parse(form.get('blocks') ?? '[]') as readonly {
      readonly text?: { readonly text: string };
      readonly fields?: readonly { readonly text: string }[];
      readonly elements?: readonly { readonly action_id: string; readonly value: string }[];
    }[];
    const texts = blocks.flatMap(({ text, fields }) =>
      [text, ...(fields ?? [])].map((each) => each?.text ?? ''),
    );
    const buttons = blocks.flatMap(({ elements }) => elements ?? []);
    return {
      channel: form.get('channel') ?? '',
      text: form.get('text') ?? '',
      shown: texts.join('\n'),
      buttons: Object.fromEntries(buttons.map(({ action_id, value }) => [action_id, value])),
    };
  });
}

/** Slack's message that asks for a run's approval, once it is there. */
async function requestFor(workflowId: string): Promise<SlackMessage> {
  const find = (): SlackMessage | undefined =>
    posted().find(({ buttons }) =>
      buttons['runsheet_approve']?.includes(JSON.stringify(workflowId)),
    );
  await expect.poll(() => find() !== undefined, { timeout: 30_000 }).toBe(true);
  const found = find();
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** Clicks a button of a message. @returns what the app told the person, and nobody else */
async function click(
  message: SlackMessage,
  actionId: string,
  user: keyof typeof USERS,
): Promise<string> {
  const path = `/answers/${slack.requests.length}`;
  const status = await sendClick({
    url: app.url,
    signingSecret: SIGNING_SECRET,
    teamId: TEAM,
    userId: USERS[user],
    actionId,
    value: message.buttons[actionId] ?? '',
    responseUrl: `${slack.url}${path}`,
  });
  expect(status).toBe(200);
  const answer = (): string | undefined => slack.requests.find((each) => each.path === path)?.body;
  await expect.poll(() => answer() !== undefined, { timeout: 10_000 }).toBe(true);
  return answer() ?? '';
}

function mailsAbout(text: string): readonly ParsedMail[] {
  return mail.mails.filter(({ subject }) => subject?.includes(text));
}

function addressesOf({ to }: ParsedMail): readonly (string | undefined)[] {
  const lists = to === undefined ? [] : Array.isArray(to) ? to : [to];
  return lists.flatMap(({ value }) => value.map(({ address }) => address)).sort();
}

async function recordsOf(workflowId: string): Promise<readonly DeploymentRecord[]> {
  const store = createDatabaseRecordStore({ url: stage.connections.database.url });
  try {
    return (await store.list(100)).filter((each) => each.workflowId === workflowId);
  } finally {
    await store.close();
  }
}

interface Values {
  readonly version: string;
  readonly environment: string;
  readonly servers: string;
}

/** The template's own 通知内容, with the parameters filled in; duration and status stay open. */
function ownLines(values: Values): readonly RegExp[] {
  const section =
    /^\*\*通知内容\*\*:\s*\n(?<lines>(?:- .+\n)+)/mu.exec(seedText)?.groups?.['lines'] ?? '';
  const lines = section
    .trim()
    .split('\n')
    .map((line) => line.slice(2));
  expect(lines.length).toBeGreaterThanOrEqual(5);
  return lines.map((line) => {
    const filled = line.replace(
      /\$\{(version|environment|servers)\}/gu,
      (_all, name: keyof Values) => values[name],
    );
    return new RegExp(
      filled.replace(/[.*+?^()|[\]\\]/gu, '\\$&').replace(/\$\{\w+\}/gu, '\\S.*'),
      'u',
    );
  });
}

const SERVERS = PRODUCTION.join(', ');

describe('a run with e-mail, Slack and a webhook', () => {
  it('is approved by the button of the Slack message and tells everybody how it ended', async () => {
    const run = await stage.deploy('production', 'v2.1.0', { servers: [...PRODUCTION] });
    const request = await requestFor(run.id);
    const { approval, requestId } = await run.until(
      (status) => (status.approval?.delivered.length ?? 0) > 0,
    );
    expect(request.channel).toBe('#releases');
    expect(request.shown).toContain('v2.1.0 → production');
    expect(request.shown).toContain(requestId);
    expect(request.shown).toContain(`<@${USERS.alice}>`);
    expect(Object.keys(request.buttons)).toEqual(['runsheet_approve', 'runsheet_reject']);
    expect(approval?.delivered.join()).toContain('#releases');

    await expect.poll(() => mailsAbout('等待审批').length, { timeout: 10_000 }).toBe(1);
    const [asked] = mailsAbout('等待审批');
    expect(asked && addressesOf(asked)).toEqual([
      'alice@example.com',
      'bob@example.com',
      'releases@example.com',
    ]);
    expect(asked?.text).toContain(requestId);
    expect(asked?.text).toContain(`runsheet approve ${run.id}`);
    expect(asked?.html).toContain('app-server-1, app-server-2, app-server-3');
    // The template names e-mail and Slack for the approval: the webhook hears the result only.
    expect(webhook.requests).toEqual([]);

    expect(await click(request, 'runsheet_approve', 'stranger')).toContain('UNMAPPED_USER');
    expect(await click(request, 'runsheet_approve', 'carol')).toContain('已提交批准');
    await run.until(({ refusals }) => refusals.length > 0);
    expect(stepOf(await run.status(), 5).state).toBe('waiting');
    expect(await click(request, 'runsheet_approve', 'alice')).toContain('已提交批准');

    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(new Set(Object.values(statesOf(status)))).toEqual(new Set(['succeeded']));
    expect(stepOf(status, 5).note).toContain('Alice');
    expect(status.refusals.join()).toContain('carol');
    expect(await stage.world.versions(PRODUCTION)).toEqual(
      Object.fromEntries(PRODUCTION.map((name) => [name, 'v2.1.0'])),
    );

    await expectResult({ version: 'v2.1.0', environment: 'production', servers: SERVERS }, '成功');
    expect(await recordsOf(run.id)).toMatchObject([
      {
        requestId,
        outcome: 'succeeded',
        version: 'v2.1.0',
        servers: [...PRODUCTION],
        requestedBy: 'carol',
      },
    ]);
    expect(await click(request, 'runsheet_reject', 'bob')).toContain('STALE_BUTTON');
  });

  it('is rejected by the button, touches no server, and tells that too', async () => {
    const before = posted().length;
    const served = await stage.world.versions(PRODUCTION);
    const run = await stage.deploy('production', 'v2.2.0');
    const request = await requestFor(run.id);
    expect(await click(request, 'runsheet_reject', 'bob')).toContain('已提交拒绝');
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('RUN_REJECTED');
    expect(statesOf(status)).toMatchObject({
      5: 'failed',
      6: 'not_reached',
      9: 'not_reached',
      10: 'succeeded',
    });
    expect(await stage.world.versions(PRODUCTION)).toEqual(served);
    await expectResult(
      { version: 'v2.2.0', environment: 'production', servers: SERVERS },
      '拒绝',
      before,
    );
    expect(await recordsOf(run.id)).toMatchObject([{ outcome: 'rejected', version: 'v2.2.0' }]);
  });

  it('keeps the secrets out of messages, history and the terminal', async () => {
    const history = await stage.client.workflow.getHandle('e2e-1').fetchHistory();
    const everything = JSON.stringify([
      history,
      posted(),
      webhook.requests,
      mail.mails,
      app.refusals,
    ]);
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain(SIGNING_SECRET);
    expect(slack.requests[0]?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
  });
});

/** Messages to the webhook that a run was ended. */
function alarms(): readonly { readonly title: string; readonly lines: readonly string[] }[] {
  const hooks = webhook.requests.map(
    ({ body }) => JSON.parse(body) as { kind: string; title: string; lines: string[] },
  );
  return hooks.filter(({ kind }) => kind === 'run-ended');
}

describe('a run that is terminated while it changes servers', () => {
  it('is told of within a minute, though its worker was killed before, and those before were not', async () => {
    // Two runs have ended by themselves above.
    expect(alarms()).toEqual([]);
    const run = await stage.deploy('production', 'v2.3.0');
    await run.approveWhenAsked();
    await run.untilStep(7, 'running');
    await stage.worker.kill();
    await run.handle.terminate('a test');
    const endedMs = Date.now();
    await stage.worker.start();
    await expect.poll(() => alarms().length, { timeout: 60_000 }).toBe(1);
    expect(Date.now() - endedMs).toBeLessThan(60_000);
    const [alarm] = alarms();
    expect(alarm?.title).toContain(run.id);
    const text = alarm?.lines.join('\n');
    for (const server of PRODUCTION) expect(text).toContain(server);
    expect(text).toContain('runsheet servers production');
    await expect.poll(() => mailsAbout(run.id).length, { timeout: 10_000 }).toBe(1);
  });
});

/** The result on all three channels, each with the template's own lines. */
async function expectResult(values: Values, status: string, postedBefore = 0): Promise<void> {
  const lines = ownLines(values);
  const inSlack = posted()
    .slice(postedBefore)
    .find(({ shown }) => lines.every((line) => line.test(shown)));
  expect(inSlack?.shown).toContain(status);
  expect(inSlack?.buttons).toEqual({});

  const title = `${values.version} → ${values.environment}`;
  const result = mailsAbout(title).filter(({ text }) =>
    lines.every((line) => line.test(text ?? '')),
  );
  expect(result).toHaveLength(1);
  expect(result[0]?.subject).toContain(status);

  const hooks = webhook.requests.map(
    ({ body }) =>
      JSON.parse(body) as {
        kind: string;
        title: string;
        fields: { label: string; text: string }[];
      },
  );
  const hook = hooks.filter((each) => each.kind === 'result' && each.title.includes(title));
  expect(hook).toHaveLength(1);
  const text = hook[0]?.fields.map((field) => `${field.label}: ${field.text}`).join('\n') ?? '';
  for (const line of lines) expect(text).toMatch(line);
}

/** Real HTTP requests with real signatures against the app. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SlackApp, startSlackApp } from '../../src/slack-app/app.ts';
import type { DecisionClient } from '../../src/slack-app/decide.ts';
import { type HttpListener, listenHttp } from '../support/http-listener.ts';

const SECRET = 'signing-secret';
const button = { workflowId: 'deploy-1', requestId: 'request-1', step: 5 };

let answers: HttpListener;
let app: SlackApp;
let signals: string[];
let refusals: string[];
let clientFails: boolean;

const client: DecisionClient = {
  async pendingApproval(workflowId) {
    if (clientFails) throw new Error('no connection');
    if (workflowId !== 'deploy-1') return null;
    return { requestId: 'request-1', step: 5, language: 'en' };
  },
  async pendingQuestion(workflowId) {
    if (workflowId !== 'deploy-2') return null;
    return { requestId: 'request-1', step: 7, openedAtMs: 1000, words: ['retry', 'rollback'] };
  },
  async answer(workflowId, { word, by, step }) {
    signals.push(`${word} ${workflowId} ${by} ${step}`);
  },
  async approve(workflowId, { by, step }) {
    signals.push(`approve ${workflowId} ${by} ${step}`);
  },
  async reject(workflowId, { by, step }) {
    signals.push(`reject ${workflowId} ${by} ${step}`);
  },
};

beforeEach(async () => {
  signals = [];
  refusals = [];
  clientFails = false;
  answers = await listenHttp();
  app = await startSlackApp({
    signingSecret: SECRET,
    workspace: { teamId: 'T1', personOf: async (id) => (id === 'U0BOB' ? 'bob' : null) },
    client,
    language: 'en',
    port: 0,
    onRefusal: (code) => refusals.push(code),
  });
});

afterEach(async () => {
  await app.close();
  await answers.close();
});

interface ClickChanges {
  readonly action?: string;
  readonly team?: string;
  readonly user?: string;
  readonly value?: string;
}

function clickBody({ action, team = 'T1', user = 'U0BOB', value }: ClickChanges = {}): string {
  const payload = {
    type: 'block_actions',
    team: { id: team, domain: 'example' },
    user: { id: user, username: user, name: user, team_id: team },
    api_app_id: 'A1',
    token: 'unused',
    container: { type: 'message' },
    trigger_id: `${Math.random()}`,
    channel: { id: 'C1', name: 'releases' },
    response_url: `${answers.url}/respond`,
    actions: [
      {
        type: 'button',
        action_id: action ?? 'runsheet_approve',
        block_id: 'b',
        action_ts: '1',
        text: { type: 'plain_text', text: 'Approve' },
        value: value ?? JSON.stringify(button),
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

interface Signing {
  readonly secret?: string;
  readonly ageSeconds?: number;
}

function signed(
  body: string,
  { secret = SECRET, ageSeconds = 0 }: Signing = {},
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}

async function post(body: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(app.url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  await response.text();
  return response.status;
}

async function click(changes: ClickChanges = {}): Promise<string> {
  const body = clickBody(changes);
  expect(await post(body, signed(body))).toBe(200);
  await expect.poll(() => answers.requests.length, { timeout: 5_000 }).toBe(1);
  return answers.requests[0]?.body ?? '';
}

describe('a click', () => {
  it('on Approve signals approve as the mapped person', async () => {
    expect(await click()).toContain('Approval sent');
    expect(signals).toEqual(['approve deploy-1 bob 5']);
    expect(refusals).toEqual([]);
  });

  it('on Reject signals reject', async () => {
    await click({ action: 'runsheet_reject' });
    expect(signals).toEqual(['reject deploy-1 bob 5']);
  });

  it.each<[string, ClickChanges]>([
    ['WRONG_WORKSPACE', { team: 'T2' }],
    ['UNMAPPED_USER', { user: 'U0EVE' }],
    ['BUTTON_TAMPERED', { value: '{"workflowId":"deploy-1"}' }],
    ['BUTTON_TAMPERED', { value: JSON.stringify({ ...button, by: 'alice' }) }],
    ['BUTTON_TAMPERED', { value: JSON.stringify({ ...button, step: '5' }) }],
    ['BUTTON_TAMPERED', { value: 'not json' }],
    ['STALE_BUTTON', { value: JSON.stringify({ ...button, requestId: 'request-0' }) }],
    ['STALE_BUTTON', { value: JSON.stringify({ ...button, step: 6 }) }],
    ['STALE_BUTTON', { value: JSON.stringify({ ...button, workflowId: 'deploy-0' }) }],
  ])('is refused as %s and signals nothing: %j', async (code, changes) => {
    expect(await click(changes)).toContain(code);
    expect(signals).toEqual([]);
    expect(refusals).toEqual([code]);
  });

  const question = { workflowId: 'deploy-2', requestId: 'request-1', step: 7, openedAtMs: 1000 };

  it.each(['retry', 'rollback'])('on %s answers the question that is open', async (word) => {
    const value = JSON.stringify(question);
    expect(await click({ action: `runsheet_${word}`, value })).toContain('sent');
    expect(signals).toEqual([`${word} deploy-2 bob 7`]);
  });

  it.each([
    ['STALE_BUTTON', 'skip', question],
    ['STALE_BUTTON', 'retry', { ...question, openedAtMs: 999 }],
    ['STALE_BUTTON', 'retry', { ...question, step: 8 }],
    ['STALE_BUTTON', 'retry', { ...question, requestId: 'request-0' }],
    ['STALE_BUTTON', 'retry', { ...question, workflowId: 'deploy-1' }],
    ['BUTTON_TAMPERED', 'retry', { ...question, openedAtMs: '1000' }],
  ])('is refused as %s: %s of %j', async (code, word, value) => {
    const said = await click({ action: `runsheet_${word}`, value: JSON.stringify(value) });
    expect(said).toContain(code);
    expect(signals).toEqual([]);
  });

  it('says so where the run cannot be reached', async () => {
    clientFails = true;
    expect(await click()).toContain('could not be reached');
    expect(refusals).toEqual(['FAILED']);
  });
});

describe('a request', () => {
  it.each<[string, Signing]>([
    ['REQUEST_NOT_SIGNED', { secret: 'wrong' }],
    ['REQUEST_TOO_OLD', { ageSeconds: 301 }],
    ['REQUEST_TOO_OLD', { ageSeconds: -302 }],
  ])('is refused as %s: %j', async (code, signing) => {
    const body = clickBody();
    expect(await post(body, signed(body, signing))).toBe(401);
    expect([refusals, signals]).toEqual([[code], []]);
  });

  it.each<[string, Record<string, string>]>([
    ['no headers', {}],
    ['no number', { 'x-slack-request-timestamp': 'NaN', 'x-slack-signature': 'v0=00' }],
  ])('is refused without a signature: %s', async (_name, headers) => {
    expect(await post(clickBody(), headers)).toBe(401);
    expect([refusals, signals]).toEqual([['REQUEST_NOT_SIGNED'], []]);
  });

  it('is refused where its body was changed', async () => {
    const headers = signed(clickBody({ action: 'runsheet_reject' }));
    expect(await post(clickBody(), headers)).toBe(401);
    expect([refusals, signals]).toEqual([['REQUEST_NOT_SIGNED'], []]);
  });

  it('is refused the second time', async () => {
    const body = clickBody();
    const headers = signed(body);
    expect(await post(body, headers)).toBe(200);
    await expect.poll(() => signals.length).toBe(1);
    expect(await post(body, headers)).toBe(401);
    expect([refusals, signals.length]).toEqual([['REPLAYED'], 1]);
  });

  it('is refused where it is larger than any click', async () => {
    const body = 'x'.repeat(300_000);
    expect(await post(body, signed(body))).toBe(413);
    expect([refusals, signals]).toEqual([['TOO_LARGE'], []]);
  });
});

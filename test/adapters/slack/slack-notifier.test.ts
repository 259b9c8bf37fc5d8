import { afterEach, describe, expect, it } from 'vitest';
import { escapeSlack } from '../../../src/adapters/slack/slack-message.ts';
import { createSlackNotifier } from '../../../src/adapters/slack/slack-notifier.ts';
import { notifierContract, sampleNotification } from '../../contracts/notifier.ts';
import { type HttpListener, listenHttp } from '../../support/http-listener.ts';
import { secretsOf } from '../../support/secrets.ts';

interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly action_id: string; readonly value: string }[];
}

const open: HttpListener[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function slack() {
  const listener = await listenHttp();
  open.push(listener);
  const config = {
    tokenRef: 'secret://slack',
    channel: '#releases',
    apiUrl: `${listener.url}/api/`,
  };
  const notifier = createSlackNotifier(config, secretsOf({ 'secret://slack': 'xoxb-1' }));
  return { listener, notifier };
}

function formOf(listener: HttpListener): URLSearchParams {
  return new URLSearchParams(listener.requests[0]?.body);
}

function blocksOf(listener: HttpListener): readonly Block[] {
  return JSON.parse(formOf(listener).get('blocks') ?? '[]') as readonly Block[];
}

notifierContract('slack', async () => {
  const { listener, notifier } = await slack();
  return {
    notifier,
    received: async () =>
      listener.requests.map(({ body }) => [...new URLSearchParams(body).values()].join('\n')),
    breakDown: () => listener.close(),
  };
});

describe('slack notifier', () => {
  it('posts to the channel with the token and two buttons that carry the request', async () => {
    const { listener, notifier } = await slack();
    await notifier.notify(sampleNotification());
    expect(listener.requests[0]?.path).toBe('/api/chat.postMessage');
    expect(listener.requests[0]?.headers.authorization).toBe('Bearer xoxb-1');
    expect(formOf(listener).get('channel')).toBe('#releases');
    const buttons = blocksOf(listener).find(({ type }) => type === 'actions')?.elements ?? [];
    expect(buttons.map(({ action_id }) => action_id)).toEqual([
      'runsheet_approve',
      'runsheet_reject',
    ]);
    for (const { value } of buttons) {
      expect(JSON.parse(value)).toEqual({
        workflowId: 'deploy-1',
        requestId: 'request-1',
        step: 5,
      });
    }
  });

  it('has a button for each word that a question takes, which says when it was asked', async () => {
    const { listener, notifier } = await slack();
    const request = { workflowId: 'deploy-1', requestId: 'request-1', step: 7, openedAtMs: 1000 };
    const answers = ['retry', 'skip', 'rollback', 'unknown'].map((word) => ({ word, would: '' }));
    await notifier.notify(
      sampleNotification({ kind: 'question', request: { ...request, answers } }),
    );
    const buttons = blocksOf(listener).find(({ type }) => type === 'actions')?.elements ?? [];
    expect(buttons.map(({ action_id }) => action_id)).toEqual([
      'runsheet_retry',
      'runsheet_skip',
      'runsheet_rollback',
    ]);
    for (const { value } of buttons) expect(JSON.parse(value)).toEqual(request);
  });

  it('has no buttons once the request is closed', async () => {
    const { listener, notifier } = await slack();
    await notifier.notify(sampleNotification({ kind: 'approval-closed' }));
    expect(blocksOf(listener).some(({ type }) => type === 'actions')).toBe(false);
  });

  it('mentions only people with a Slack id, never what somebody typed', async () => {
    const { listener, notifier } = await slack();
    const recipients = [
      { name: 'Bob', slack: 'U0BOB' },
      { name: 'Eve', slack: '!channel' },
    ];
    await notifier.notify(
      sampleNotification({
        title: '<!channel> *now*',
        lines: ['<@U0EVE> <https://x|y>'],
        recipients,
      }),
    );
    const parsed = blocksOf(listener).filter(({ text }) => text?.type === 'mrkdwn');
    expect(parsed.map(({ text }) => text?.text)).toEqual(['<@U0BOB>']);
    expect(formOf(listener).get('text')).toContain('&lt;!channel&gt;');
    expect(escapeSlack('a & <b> *c*')).toBe('a &amp; &lt;b&gt; \u200b*\u200bc\u200b*\u200b');
  });

  it("stays inside Slack's limits", async () => {
    const { listener, notifier } = await slack();
    const fields = Array.from({ length: 200 }, (_, n) => ({
      label: `f${n}`,
      text: 'x'.repeat(9_000),
    }));
    const title = 't'.repeat(500);
    await notifier.notify(sampleNotification({ title, lines: ['y'.repeat(9_000)], fields }));
    const blocks = blocksOf(listener);
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(150);
    expect(blocks[1]?.text?.text.length).toBeLessThanOrEqual(3_000);
  });

  it.each([
    [200, '{"ok":false,"error":"invalid_auth"}', 'refused'],
    [200, '{"ok":false,"error":"channel_not_found"}', 'not-found'],
    [429, '', 'unreachable'],
    [500, '', 'unreachable'],
  ])('reports %d %s as %s, asked once, without the token', async (status, body, kind) => {
    const { listener, notifier } = await slack();
    listener.answer = { status, body, headers: { 'retry-after': '30' } };
    const error = await notifier.notify(sampleNotification()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind });
    expect(JSON.stringify(error) + String(error)).not.toContain('xoxb-1');
    expect(listener.requests).toHaveLength(1);
  });
});

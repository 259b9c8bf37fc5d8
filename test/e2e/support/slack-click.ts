/** A click on a button of a posted message, as Slack sends it to the interactivity address. */
import { createHmac } from 'node:crypto';

export interface Click {
  readonly url: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly userId: string;
  readonly actionId: string;
  /** The button's value, as it was posted. */
  readonly value: string;
  /** Where the app's answer goes. */
  readonly responseUrl: string;
}

/** @returns the HTTP status that the app answered */
export async function sendClick(click: Click): Promise<number> {
  const body = new URLSearchParams({ payload: JSON.stringify(payloadOf(click)) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', click.signingSecret).update(`v0:${timestamp}:${body}`);
  const response = await fetch(click.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    },
  });
  await response.text();
  return response.status;
}

function payloadOf({ teamId, userId, actionId, value, responseUrl }: Click): object {
  return {
    type: 'block_actions',
    team: { id: teamId, domain: 'example' },
    user: { id: userId, username: userId, name: userId, team_id: teamId },
    api_app_id: 'A1',
    token: 'unused',
    container: { type: 'message' },
    trigger_id: `${Date.now()}.${userId}`,
    channel: { id: 'C1', name: 'releases' },
    response_url: responseUrl,
    actions: [
      {
        type: 'button',
        action_id: actionId,
        block_id: 'decision',
        action_ts: `${Date.now() / 1000}`,
        text: { type: 'plain_text', text: actionId },
        value,
      },
    ],
  };
}

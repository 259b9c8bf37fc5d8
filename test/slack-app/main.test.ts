/** The app's way into a project and to its runs, without a Temporal server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decisionClientOver, type Runs } from '../../src/slack-app/decision-client.ts';
import { openSlackApp } from '../../src/slack-app/main.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { waiting } from '../cli/support/statuses.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runsheet-slack-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROJECT = `service: quotes
temporal: { address: 127.0.0.1:1 }
environments: { production: { embedded: true, servers: [app-server-1] } }
runtime: { command: [node, server.mjs], port: 8080 }
`;

function open(channels: string): Promise<unknown> {
  writeFileSync(join(folder, 'runsheet.yaml'), `${PROJECT}${channels}`);
  return openSlackApp({ folder, host: '127.0.0.1', port: 0, language: 'en' });
}

describe('the Slack app', () => {
  it('says what a project lacks before it listens', async () => {
    await expect(
      openSlackApp({ folder, host: '127.0.0.1', port: 0, language: 'en' }),
    ).rejects.toThrow('there is no runsheet.yaml');
    await expect(open('')).rejects.toThrow('channels.slack.team');
    await expect(
      open("channels: { slack: { channel: '#x', token: secret://t, signing_secret: secret://s } }"),
    ).rejects.toThrow('channels.slack.team');
  });

  it('says which secret has no value', async () => {
    await expect(
      open(
        "channels: { slack: { channel: '#x', token: secret://t, signing_secret: secret://file/none, team: T0TEAM } }",
      ),
    ).rejects.toThrow('secret://file/none');
  });

  it('refuses a workspace id that is none', async () => {
    await expect(
      open("channels: { slack: { channel: '#x', token: secret://t, team: our-team } }"),
    ).rejects.toThrow('expected a Slack workspace id');
  });
});

describe('decisionClientOver', () => {
  const runs = (status: Runs['status']): Runs => ({
    status,
    answer: () => Promise.resolve(),
    approve: () => Promise.resolve(),
    reject: () => Promise.resolve(),
  });

  it('knows no pending approval of a run that is not there', async () => {
    const client = decisionClientOver(
      runs(() => Promise.reject(new WorkflowNotFoundError('none', 'w', undefined))),
    );
    expect(await client.pendingApproval('w')).toBeNull();
    expect(await client.pendingQuestion('w')).toBeNull();
  });

  it('does not take a broken connection for a run that is not there', async () => {
    const client = decisionClientOver(runs(() => Promise.reject(new Error('unavailable'))));
    await expect(client.pendingApproval('w')).rejects.toThrow('unavailable');
    await expect(client.pendingQuestion('w')).rejects.toThrow('unavailable');
  });

  it('knows what is asked beside approvals, and since when', async () => {
    const question: NonNullable<RunStatus['questions']>[number] = {
      kind: 'failure',
      step: 7,
      roles: [],
      answers: [{ word: 'retry', would: '' }],
      text: '',
      openedAtMs: 1000,
      deadlineMs: null,
      atDeadline: '',
    };
    const asking = (questions: RunStatus['questions']) =>
      decisionClientOver(runs(async () => waiting({ ...(questions && { questions }) })));
    expect(await asking([question]).pendingQuestion('w')).toEqual({
      requestId: 'r',
      step: 7,
      openedAtMs: 1000,
      words: ['retry'],
    });
    expect(await asking([{ ...question, kind: 'approval' }]).pendingQuestion('w')).toBeNull();
    expect(await asking(undefined).pendingQuestion('w')).toBeNull();
  });
});

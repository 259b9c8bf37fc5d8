import type { Button, KnownBlock, PlainTextElement } from '@slack/web-api';
import type { Notification } from '../../ports/notifier.ts';

/** Slack's own limits, from its Block Kit reference. */
const HEADER_CHARACTERS = 150;
const SECTION_CHARACTERS = 3_000;
const FIELD_CHARACTERS = 2_000;
const FIELDS = 10;

/** Action ids that src/slack-app listens for: this before the word. */
const ACTION = 'runsheet_';

export interface SlackContent {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/**
 * What one message looks like in Slack. Text that people typed stands in `plain_text` objects, where
 * neither markup nor mentions mean anything; the fallback text, which Slack does parse, is escaped.
 */
export function slackContent(message: Notification): SlackContent {
  const blocks: KnownBlock[] = [
    { type: 'header', text: plain(`${mark(message)} ${message.title}`, HEADER_CHARACTERS) },
  ];
  if (message.lines.length > 0) {
    blocks.push({ type: 'section', text: plain(message.lines.join('\n'), SECTION_CHARACTERS) });
  }
  for (let start = 0; start < Math.min(message.fields.length, 4 * FIELDS); start += FIELDS) {
    const fields = message.fields
      .slice(start, start + FIELDS)
      .map(({ label, text }) => plain(`${label}: ${text}`, FIELD_CHARACTERS));
    blocks.push({ type: 'section', fields });
  }
  const people = mentions(message);
  if (people !== '') blocks.push({ type: 'section', text: { type: 'mrkdwn', text: people } });
  if (message.request !== undefined && message.kind !== 'approval-closed') {
    blocks.push(buttons(message, message.request));
  }
  return { text: escapeSlack(message.title), blocks };
}

/** Each word's label in both languages, and what it looks like. */
const BUTTONS: Readonly<Record<string, readonly [string, string, ('primary' | 'danger')?]>> = {
  approve: ['批准', 'Approve', 'primary'],
  reject: ['拒绝', 'Reject', 'danger'],
  retry: ['再试', 'Retry', 'primary'],
  skip: ['跳过', 'Skip'],
  rollback: ['回滚', 'Roll back', 'danger'],
};
const VOTES: NonNullable<Request['answers']> = ['approve', 'reject'].map((word) => ({
  word,
  would: '',
}));

type Request = NonNullable<Notification['request']>;

function buttons({ language }: Notification, { answers = VOTES, ...request }: Request): KnownBlock {
  const value = JSON.stringify(request);
  const elements = answers.flatMap(({ word }): Button[] => {
    const [zh, en, style] = BUTTONS[word] ?? [];
    if (zh === undefined || en === undefined) return [];
    return [
      {
        type: 'button',
        action_id: `${ACTION}${word}`,
        text: plain(language === 'zh' ? zh : en, 75),
        value,
        ...(style !== undefined && { style }),
      },
    ];
  });
  return { type: 'actions', elements };
}

/** Only ids in Slack's own form become mentions. */
function mentions({ recipients }: Notification): string {
  return recipients
    .flatMap(({ slack }) =>
      slack !== undefined && /^[UW][A-Z0-9]{2,}$/.test(slack) ? [slack] : [],
    )
    .map((id) => `<@${id}>`)
    .join(' ');
}

function plain(text: string, limit: number): PlainTextElement {
  const shown = text.replace(/[^\P{Cc}\n]/gu, '');
  const cut = shown.length <= limit ? shown : `${shown.slice(0, limit - 1)}…`;
  return { type: 'plain_text', text: cut === '' ? '-' : cut, emoji: false };
}

/** Text that people typed, where Slack parses markup: no links, no mentions, no formatting. */
export function escapeSlack(text: string): string {
  return text
    .replace(/[^\P{Cc}\n]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[*_~`]/g, (character) => `\u200b${character}\u200b`);
}

function mark({ severity }: Notification): string {
  return { info: '●', success: '✓', failure: '✗' }[severity];
}

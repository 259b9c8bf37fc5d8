import type { Notification } from '../../ports/notifier.ts';

export interface EmailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What one message looks like as mail: plain text and HTML with the same content. */
export function emailContent(message: Notification): EmailContent {
  const how = howToDecide(message);
  const fields = message.fields.map(({ label, text }) => `${label}: ${text}`);
  return {
    subject: oneLine(message.title).slice(0, 200),
    text: printable([message.title, '', ...message.lines, '', ...fields, '', ...how].join('\n')),
    html: html(message, how),
  };
}

/** A mail has no button: scanners follow links, so that a link never decides. */
function howToDecide({ request, language }: Notification): readonly string[] {
  if (request === undefined) return [];
  const lead =
    language === 'zh'
      ? `请求 ${request.requestId}，步骤 ${request.step}。在终端中决定：`
      : `Request ${request.requestId}, step ${request.step}. Decide in a terminal:`;
  const { workflowId, answers } = request;
  if (answers === undefined)
    return [lead, `runsheet approve ${workflowId}`, `runsheet reject ${workflowId}`];
  return [lead, ...answers.map(({ word }) => `runsheet answer ${workflowId} ${word}`)];
}

function html(message: Notification, how: readonly string[]): string {
  const rows = message.fields
    .map(
      ({ label, text }) =>
        `<tr><th align="left">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`,
    )
    .join('');
  const paragraphs = message.lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  const [lead, ...commands] = how;
  const decide =
    lead === undefined
      ? ''
      : `<p>${escapeHtml(lead)}</p><pre>${commands.map(escapeHtml).join('\n')}</pre>`;
  return `<h2>${escapeHtml(message.title)}</h2>${paragraphs}<table>${rows}</table>${decide}`;
}

/** Text that people typed, for an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A header is one line: a line break in a title must not become a header of its own. */
function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}

function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}

/** Long texts as a stream: never whole in memory, and never able to drive the terminal. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { visible } from './text.ts';

/** What may have begun at the end of a chunk: a colour, or a line end of Windows. */
const BEGUN = /(?:\u001b(?:\[[0-9;]*)?|\r)$/u;
/** Kept as they are: colours, tabs and the ends of lines. */
const HARMLESS = /(\u001b\[[0-9;]*m|[\t\n])/u;

/** A file's text as chunks, as it stands. */
export async function* chunksOf(file: string): AsyncGenerator<string, void> {
  for await (const chunk of createReadStream(file, 'utf8')) yield String(chunk);
}

/** The same for a terminal: colours stay, other control characters are shown, lines end in one way. */
export async function* harmless(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + chunk;
    rest = BEGUN.exec(text)?.[0] ?? '';
    yield shown(text.slice(0, text.length - rest.length));
  }
  yield shown(rest);
}

function shown(text: string): string {
  const parts = text.replaceAll(/\r\n?/gu, '\n').split(HARMLESS);
  return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join('');
}

/** The text of a JSON string without its quotes. */
export async function* escaped(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  for await (const chunk of chunks) yield JSON.stringify(chunk).slice(1, -1);
}

/** Waits where nobody reads as fast as this writes. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Long texts in pieces: never whole as a string, and never able to drive the terminal. */
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { visible } from './text.ts';

/** What may have begun at the end of a chunk: a colour, or a line end of Windows. */
const BEGUN = /(?:\u001b(?:\[[0-9;]*)?|\r)$/u;
/** Kept as they are: colours, tabs and the ends of lines. */
const HARMLESS = /(\u001b\[[0-9;]*m|[\t\n])/u;

const CHUNK_BYTES = 64 * 1024;

/** A text as chunks, as it stands. */
export async function* chunksOf(content: Buffer): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8');
  for (let at = 0; at < content.length; at += CHUNK_BYTES)
    yield decoder.write(content.subarray(at, at + CHUNK_BYTES));
  yield decoder.end();
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

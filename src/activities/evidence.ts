/** Short lines for people out of long outputs. */

const LONGEST_LINE = 300;
/** Terminal sequences, and characters that have no business in a line. */
const CONTROL = /\p{Cc}\[[0-9;?]*[ -/]*[@-~]|(?![\t\n])\p{Cc}/gu;

/** One line without control characters, at most 300 characters. */
export function line(text: string): string {
  const plain = text.replaceAll(CONTROL, '').replaceAll(/\s+/g, ' ').trim();
  return plain.length <= LONGEST_LINE ? plain : `${plain.slice(0, LONGEST_LINE - 1)}…`;
}

/** The last line that holds something. */
export function lastLine(text: string): string {
  return lastLines(text, 1)[0] ?? '';
}

/** The last lines that hold something, oldest first. */
export function lastLines(text: string, count: number): readonly string[] {
  const tail = text.slice(-count * LONGEST_LINE * 4);
  return tail
    .split(/\r?\n|\r/)
    .map(line)
    .filter((each) => each !== '')
    .slice(-count);
}

/** How programs say that something went wrong; `0 failed` is no such line. */
const TROUBLE = /(?<!\b0 )\b(?:error|fatal|failed|failure|exception|panic)\b|错误|失败/iu;

/** The first line that tells of an error, else the last that holds something. */
export function tellingLine(text: string): string {
  const found = text.split(/\r?\n|\r/u).find((each) => TROUBLE.test(each));
  return found === undefined ? lastLine(text) : line(found);
}

/** A duration for people: 850 ms, 12.3 s. */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1_000).toFixed(1)} s`;
}

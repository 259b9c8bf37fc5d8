/** A key longer than this is none that anybody uses (RSA of 16,384 bits: 12.5 KiB). */
const LONGEST_BODY = 16 * 1024;
const MARK = /-----(BEGIN|END) ([A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?)-----/g;
/** As it stands in a file, in JSON (also in JSON within JSON) and in an attribute of XML. */
const LINE_END = /(?:\r|\n|\\+[rn]|&#(?:10|13|x[AD]);)+/i;
const HEADER = /^(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID): /;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$|^=[A-Za-z0-9+/]{4}$/;
const LONG_RUN = /[A-Za-z0-9+/]{32,}={0,2}/g;

/**
 * Takes private keys out of a text. A block is its first line, lines of base64 and the last line of
 * the same kind, within 16 KiB, and goes as a whole. Where something else stands between the two (a
 * log that was cut off, output of several programs mixed), only what looks like lines of the key
 * goes and the rest stays: two words that look like the ends of a key hide nothing between them.
 * Time is linear in the length of the text.
 */
export function hidePrivateKeys(text: string, replacement: string): string {
  const marks = [...text.matchAll(MARK)];
  let result = '';
  let done = 0;
  for (const [at, mark] of marks.entries()) {
    if (mark[1] !== 'BEGIN') continue;
    const next = marks[at + 1];
    const start = mark.index + mark[0].length;
    const end = Math.min(start + LONGEST_BODY, next?.index ?? text.length);
    const body = text.slice(start, end);
    result += text.slice(done, mark.index);
    const isEnded = next?.index === end && next[1] === 'END' && next[2] === mark[2];
    if (next !== undefined && isEnded && isKey(body)) {
      result += replacement;
      done = end + next[0].length;
    } else {
      result += mark[0] + body.replace(LONG_RUN, replacement);
      done = end;
    }
  }
  return result + text.slice(done);
}

/** Lines of base64 of one length, the last of them shorter; headers before them are let pass. */
function isKey(body: string): boolean {
  const lines = body
    .split(LINE_END)
    .map((line) => line.trim().replaceAll('\\/', '/'))
    .filter((line) => line !== '' && !HEADER.test(line));
  const [first = ''] = lines;
  const words = lines.length === 1 && first.includes(' ') ? first.split(/ +/) : lines;
  const isPem = words.every(
    (word, at) => BASE64.test(word) && (at >= words.length - 2 || word.length === words[0]?.length),
  );
  return isPem && (words === lines || words.slice(0, -1).every((word) => word.length >= 32));
}

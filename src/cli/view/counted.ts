/** Numbers and ranges with their nouns. */

/** `1 台`, `2 台服务器`: a measure word, with its noun or without. */
export function countedZh(count: number, measure: string): string {
  return `${count} ${measure}`;
}

/** `step 6`, `steps 6–9`. */
export function rangeEn(noun: string, from: number, to: number): string {
  return from === to ? `${noun} ${from}` : `${noun}s ${from}–${to}`;
}

/** `步骤 6`, `步骤 6–9`. */
export function rangeZh(noun: string, from: number, to: number): string {
  return from === to ? `${noun} ${from}` : `${noun} ${from}–${to}`;
}

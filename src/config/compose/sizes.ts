/** docker-compose's sizes: `512m`, `1.5g`, `300kb`, or a number of bytes; units are powers of 1024. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};
const SIZE = /^(\d{1,15}(?:\.\d{1,3})?)\s*(?:([bkmgt])(?:i?b)?)?$/iu;

/** @returns null where the text is no size */
export function parseSize(text: string): number | null {
  const [, number = '', unit = ''] = SIZE.exec(text.trim()) ?? [];
  if (number === '') return null;
  return Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}

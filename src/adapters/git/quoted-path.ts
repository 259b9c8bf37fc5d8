const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** As git quotes a path that is not plain: in double quotes, bytes in octal. */
export function unquotePath(path: string): string {
  if (!path.startsWith('"')) return path;
  const bytes = path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/gu, (_whole, escape: string) =>
      /^[0-7]{3}$/u.test(escape)
        ? String.fromCodePoint(Number.parseInt(escape, 8))
        : (ESCAPES[escape] ?? escape),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

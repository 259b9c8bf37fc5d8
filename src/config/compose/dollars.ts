/**
 * Texts as docker-compose reads them: `$$` is one `$`. Those before a brace stay until names are filled
 * in, which reads them in the same way.
 */
export function singleDollars<T>(value: T): T;
export function singleDollars(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$+(?!\$*\{)/gu, (all) => '$'.repeat(Math.ceil(all.length / 2)));
  }
  if (Array.isArray(value)) return value.map((each: unknown) => singleDollars(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [name, singleDollars(each)]),
  );
}

/** Samples of growing size as a table: each row, and its ratio to the one before. */
export function table(samples: readonly object[]): string {
  const columns = Object.keys(samples[0] ?? {});
  const width = Math.max(...columns.map((name) => name.length)) + 2;
  const row = (cells: readonly string[]): string =>
    cells.map((cell) => cell.padStart(width)).join('');
  const rows = samples.map((sample) => columns.map((name) => Number(Reflect.get(sample, name))));
  const lines = rows.flatMap((values, index) => {
    const before = rows[index - 1];
    const shown = row(values.map(short));
    if (before === undefined) return [shown];
    return [row(values.map((value, at) => `×${(value / (before[at] ?? 1)).toFixed(2)}`)), shown];
  });
  return [row(columns), ...lines].join('\n');
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 1 : 0);
}

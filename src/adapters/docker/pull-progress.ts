/** The lines that an engine sends while it pulls, and what a person reads of them. */
export interface PullEvent {
  readonly status: string;
  readonly layer?: string;
  readonly currentBytes?: number;
  readonly totalBytes?: number;
  readonly error?: string;
}

const LONGEST_LINE = 64 * 1024;
const MEGABYTE = 1_000_000;
const DONE = new Set(['Pull complete', 'Already exists']);

/** @returns null where the line says nothing that is known */
export function readPullLine(line: string): PullEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const error = textOf(value, 'error') ?? textOf(fieldOf(value, 'errorDetail'), 'message');
  const layer = textOf(value, 'id');
  const detail = fieldOf(value, 'progressDetail');
  const current = fieldOf(detail, 'current');
  const total = fieldOf(detail, 'total');
  return {
    status: textOf(value, 'status') ?? '',
    ...(layer !== undefined && { layer }),
    ...(typeof current === 'number' && { currentBytes: current }),
    ...(typeof total === 'number' && { totalBytes: total }),
    ...(error !== undefined && { error }),
  };
}

/** Adds the layers up. */
export class PullProgress {
  private readonly layers = new Map<string, { done: boolean; current: number; total: number }>();

  add({ status, layer, currentBytes, totalBytes }: PullEvent): void {
    if (layer === undefined || status.startsWith('Pulling from') || status === '') return;
    const known = this.layers.get(layer) ?? { done: false, current: 0, total: 0 };
    if (DONE.has(status)) known.done = true;
    if (status === 'Downloading') {
      known.current = currentBytes ?? known.current;
      known.total = totalBytes ?? known.total;
    }
    if (status === 'Download complete' || known.done) known.current = known.total;
    this.layers.set(layer, known);
  }

  /** For example `2 of 5 layers, 41 of 120 MB`. */
  text(): string {
    const layers = [...this.layers.values()];
    const done = layers.filter((each) => each.done).length;
    const current = layers.reduce((sum, each) => sum + each.current, 0);
    const total = layers.reduce((sum, each) => sum + each.total, 0);
    const bytes = `${Math.round(current / MEGABYTE)} of ${Math.round(total / MEGABYTE)} MB`;
    return `${done} of ${layers.length} layers${total === 0 ? '' : `, ${bytes}`}`;
  }
}

/** The lines of a stream; one that is too long is left out. */
export async function* lineSplitter(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) rest = '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const found = fieldOf(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** What was tried of a commit already: a line of JSON a case, written as soon as it is over. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FaultCase, nameOf } from './cases.ts';
import type { Tried } from './stack.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = join(ROOT, '.faults');

export interface Entry extends FaultCase, Tried {
  readonly name: string;
  readonly atMs: number;
}

export class Journal {
  /** What was tried: the commit, and a mark where what runs is not as it was committed. */
  readonly commit: string;
  readonly #file: string;
  readonly #entries = new Map<string, Entry>();

  /** @param fresh what is kept of the commit is forgotten */
  constructor(fresh: boolean) {
    this.commit = commitOf();
    this.#file = join(FOLDER, `${this.commit}.jsonl`);
    if (fresh) rmSync(this.#file, { force: true });
    for (const entry of entriesIn(this.#file)) this.#entries.set(entry.name, entry);
  }

  /** What ended wrong stays so: it is not tried again until it comes right. */
  isDone(fault: FaultCase): boolean {
    return this.#entries.has(nameOf(fault));
  }

  add(fault: FaultCase, tried: Tried): void {
    const entry: Entry = { ...fault, ...tried, name: nameOf(fault), atMs: Date.now() };
    this.#entries.set(entry.name, entry);
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }
}

function entriesIn(file: string): readonly Entry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as Entry] : []));
}

/** What is tried is what runs: templates, program, dependencies. */
function commitOf(): string {
  const git = (...argv: readonly string[]): string =>
    execFileSync('git', argv, { cwd: ROOT, encoding: 'utf8' });
  const changes = git('diff', 'HEAD', '--', 'src', 'examples', 'templates', 'package-lock.json');
  const mark = createHash('sha256').update(changes).digest('hex').slice(0, 8);
  return `${git('rev-parse', '--short=12', 'HEAD').trim()}${changes === '' ? '' : `-${mark}`}`;
}

/**
 * The commands of the sample service, so that each says where it runs, and so that what is deployed
 * says which run of the tests it has been through: `compile` takes over what `test` has left in the
 * checkout, and fails where that is not there.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CommandNote {
  /** `tested` and `compiled`: test and compile have passed, with this id. */
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly id?: string;
}

/** In the release, below the folder that the sample packs. */
export const PART_FILE = 'part.json';
const NOTES = 'commands.jsonl';

const PROGRAM = `import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [notes, name, ...argv] = process.argv.slice(2);
const about = { version: process.env.RUNSHEET_VERSION, folder: process.cwd() };
const note = (more) => appendFileSync(notes, JSON.stringify({ ...about, ...more }) + '\\n');
note({ name });
await sleep(500);
const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
if (name === 'test' && status === 0) {
  const id = randomUUID();
  writeFileSync('part-tested', id);
  note({ name: 'tested', id });
}
if (name === 'compile' && status === 0) {
  const id = readFileSync('part-tested', 'utf8');
  writeFileSync('build/src/${PART_FILE}', JSON.stringify({ id }));
  note({ name: 'compiled', id });
}
process.exit(status ?? 1);
`;

const COMMAND = /^( {2}(\w+): \{ run: \[node, )(tools\/)/gmu;

/** Changes a copy of the sample. @param folder with its runsheet.yaml @param notes folder of the notes */
export function watchCommands(folder: string, notes: string): void {
  writeFileSync(join(folder, 'tools', 'part.mjs'), PROGRAM);
  const file = join(folder, 'runsheet.yaml');
  const text = readFileSync(file, 'utf8');
  const watched = text.replace(
    COMMAND,
    (_whole, begin: string, name: string, tools: string) =>
      `${begin}tools/part.mjs, ${join(notes, NOTES)}, ${name}, ${tools}`,
  );
  if (watched === text) throw new Error(`${file} has no command to watch`);
  writeFileSync(file, watched);
}

/** Of all commands so far, in that order. */
export function commandNotes(notes: string): readonly CommandNote[] {
  const file = join(notes, NOTES);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as CommandNote);
}

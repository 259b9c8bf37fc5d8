/** The commands of a page of the documentation, run as a reader would type them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findTemporal } from '../../../src/embedded/find-temporal.ts';

const LIMIT_MS = 60_000;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Named blocks (```sh name) of a Markdown file: name → script. @throws where one lacks a name or has another's */
export function readCommands(file: URL): ReadonlyMap<string, string> {
  const commands = new Map<string, string>();
  const blocks = readFileSync(file, 'utf8').matchAll(
    /^```sh(?<name>.*)\n(?<script>[\s\S]*?)^```$/gmu,
  );
  for (const { groups } of blocks) {
    const name = groups?.['name']?.trim() ?? '';
    if (name === '' || commands.has(name)) throw new Error(`a block needs its own name: "${name}"`);
    commands.set(name, groups?.['script'] ?? '');
  }
  return commands;
}

/** A shell that finds the `temporal` program wherever the project found it. */
export interface TemporalShell {
  run(script: string, variables: Readonly<Record<string, string>>): Promise<CommandResult>;
  close(): void;
}

export async function openTemporalShell(): Promise<TemporalShell> {
  const { path } = await findTemporal({ env: process.env });
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-shell-'));
  // A program that is found by a shim's name must keep it.
  const isOnPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((each) => join(each, 'temporal') === path);
  if (!isOnPath) symlinkSync(path, join(folder, 'temporal'));
  const PATH = isOnPath ? process.env['PATH'] : `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
  return {
    run: (script, variables) => runShell(script, { ...process.env, ...variables, PATH }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runShell(script: string, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script], {
      env,
      timeout: LIMIT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

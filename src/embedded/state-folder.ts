import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connections } from '../ports/connections.ts';

/** `<project>/.runsheet`: what `runsheet dev` keeps, and what it publishes to other processes. */
export interface StateFolder {
  readonly path: string;
  file(...names: string[]): string;
  readPorts(): Promise<Readonly<Record<string, number>>>;
  writePorts(ports: Readonly<Record<string, number>>): Promise<void>;
  /** Writes connections.json and env, readable by this user only: they exist while everything is running. */
  publish(connections: Connections, variables: Readonly<Record<string, string>>): Promise<void>;
  withdraw(): Promise<void>;
}

export async function openStateFolder(projectFolder: string): Promise<StateFolder> {
  const path = join(projectFolder, '.runsheet');
  const file = (...names: string[]): string => join(path, ...names);
  await mkdir(path, { recursive: true, mode: 0o700 });
  // One that was there before: credentials are written into it.
  await chmod(path, 0o700);
  // Nothing in it belongs in the project's repository.
  await writeFile(file('.gitignore'), '*\n');
  return {
    path,
    file,
    readPorts: () => readPorts(file('ports.json')),
    writePorts: (ports) => writeWhole(file('ports.json'), `${JSON.stringify(ports, null, 2)}\n`),
    async publish(connections, variables) {
      await writeWhole(file('connections.json'), `${JSON.stringify(connections, null, 2)}\n`);
      const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
      await writeWhole(file('env'), lines.join(''));
    },
    async withdraw() {
      await rm(file('env'), { force: true });
      await rm(file('connections.json'), { force: true });
    },
  };
}

async function writeWhole(file: string, content: string): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, content, { mode: 0o600 });
  await rename(beside, file);
}

async function readPorts(file: string): Promise<Readonly<Record<string, number>>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return {};
    const ports = Object.entries(parsed).filter((entry): entry is [string, number] =>
      Number.isInteger(entry[1]),
    );
    return Object.fromEntries(ports);
  } catch {
    return {};
  }
}

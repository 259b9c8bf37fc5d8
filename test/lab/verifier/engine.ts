/**
 * A server's Docker Engine, asked through the server's own file system from this machine: no network,
 * no SSH, and no code of the program under test.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { machine } from '../support/machine.ts';

const ANSWER_LIMIT_MS = 4_000;

export interface ContainerTruth {
  readonly name: string;
  /** Digests under which its image was pulled, without the repository. */
  readonly digests: readonly string[];
  /** created, running, exited, paused … */
  readonly state: string;
  /** no, always, unless-stopped, on-failure */
  readonly restart: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startedAt: string;
}

interface ListedContainer {
  readonly Id: string;
}

interface InspectedContainer {
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly StartedAt: string };
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
}

/** Every container on a server. null: its engine does not answer. */
export async function containersOf(server: string): Promise<readonly ContainerTruth[] | null> {
  try {
    const root = await rootOf(server);
    const list = await ask<readonly ListedContainer[]>(root, '/containers/json?all=1');
    return await Promise.all(list.map(({ Id }) => containerTruth(root, Id)));
  } catch {
    return null;
  }
}

/** A file on a server as its content. null: not there. */
export async function fileOn(server: string, path: string): Promise<string | null> {
  try {
    return readFileSync(`${await rootOf(server)}${path}`, 'utf8');
  } catch {
    return null;
  }
}

async function containerTruth(root: string, id: string): Promise<ContainerTruth> {
  const found = await ask<InspectedContainer>(root, `/containers/${id}/json`);
  const image = await ask<{ RepoDigests: readonly string[] | null }>(
    root,
    `/images/${found.Image}/json`,
  );
  return {
    name: found.Name.replace(/^\//u, ''),
    digests: (image.RepoDigests ?? []).map(digestIn),
    state: found.State.Status,
    restart: found.HostConfig.RestartPolicy.Name || 'no',
    labels: found.Config.Labels ?? {},
    startedAt: found.State.StartedAt,
  };
}

function digestIn(reference: string): string {
  return reference.slice(reference.indexOf('@') + 1);
}

/** Where this machine sees the server's file system: through its first process. */
async function rootOf(server: string): Promise<string> {
  const argv = ['inspect', '-f', '{{.State.Pid}}', `rslab-${server}`];
  const env = { ...process.env, DOCKER_HOST: machine().dockerHost };
  const pid = await new Promise<string>((resolve, reject) => {
    execFile('docker', argv, { env, timeout: ANSWER_LIMIT_MS }, (error, stdout) =>
      error === null ? resolve(stdout.trim()) : reject(error),
    );
  });
  return `/proc/${pid}/root`;
}

function ask<T>(root: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const socketPath = `${root}/run/docker.sock`;
    const asking = request({ socketPath, path, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200) reject(new Error(`${path}: ${text}`));
        else resolve(JSON.parse(text) as T);
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

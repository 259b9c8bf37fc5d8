/** An S3 service of its own, by versitygw over a folder: signatures, keys and rights are verified. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly owner: S3Keys;
  /** Another user, who may do nothing with the owner's buckets. */
  readonly stranger: S3Keys;
  /** Makes an empty one. @returns its name */
  bucket(): Promise<string>;
  close(): Promise<void>;
}

export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

const PROGRAM = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'runsheet-lab/bin/versitygw',
);
const REGION = 'eu-central-1';

/** @throws Error where .ci/prepare-machine has not put the program there */
export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-s3-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const owner = { accessKey: 'OWNER', secretKey: 'the-secret-of-the-owner' };
  const stranger = { accessKey: 'STRANGER', secretKey: 'the-secret-of-a-stranger' };
  for (const name of ['objects', 'attributes', 'users']) await mkdir(join(folder, name));
  const place = ['--port', `127.0.0.1:${port}`, '--region', REGION];
  const users = ['--iam-dir', join(folder, 'users')];
  const posix = ['posix', '--sidecar', join(folder, 'attributes'), join(folder, 'objects')];
  const program = spawn(PROGRAM, [...place, ...users, ...posix], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ROOT_ACCESS_KEY: owner.accessKey, ROOT_SECRET_KEY: owner.secretKey },
  });
  await listening(program);
  const asOwner = ['admin', '--access', owner.accessKey, '--secret', owner.secretKey];
  const there = ['--endpoint-url', endpoint, '--region', REGION];
  const login = ['--access', stranger.accessKey, '--secret', stranger.secretKey];
  const created = ['create-user', ...login, '--role', 'user'];
  await promisify(execFile)(PROGRAM, [...asOwner, ...there, ...created]);
  let buckets = 0;
  return {
    endpoint,
    region: REGION,
    owner,
    stranger,
    async bucket() {
      const name = `bucket-${(buckets += 1)}`;
      await mkdir(join(folder, 'objects', name));
      return name;
    },
    async close() {
      const ended = once(program, 'exit');
      program.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** @throws Error where the program ends instead, with what it wrote */
async function listening(program: ChildProcess): Promise<void> {
  let written = '';
  await new Promise<void>((resolve, reject) => {
    program.once('error', (error) =>
      reject(new Error('versitygw: see .ci/prepare-machine', { cause: error })),
    );
    program.once('exit', (code) => reject(new Error(`versitygw ended with ${code}: ${written}`)));
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        written += String(chunk);
        if (written.includes('listening on')) resolve();
      });
    }
  });
}

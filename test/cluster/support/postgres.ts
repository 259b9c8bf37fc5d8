/** A PostgreSQL of its own: Debian's programs, data in a folder, one port of this machine. */
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lab/support/shell.ts';
import { Part } from './part.ts';

const VERSIONS = '/usr/lib/postgresql';
export const DATABASE_USER = 'temporal';
const INSTALL = 'apt-get install --yes postgresql';

export interface PostgresOptions {
  /** Of the cluster; others may pass through it. */
  readonly folder: string;
  readonly port: number;
  /** Of its administrator; absent: whoever is on this machine may log in as anybody. */
  readonly password?: string;
  readonly onStarted: (pid: number) => void;
}

/** Makes the data folder. It listens on 127.0.0.1 alone. */
export async function preparePostgres(options: PostgresOptions): Promise<Part> {
  const { folder, port, password, onStarted } = options;
  const bin = binFolder();
  const data = join(folder, 'postgresql');
  mkdirSync(data, { mode: 0o700 });
  const as = await otherThanRoot(data);
  const initdb = [join(bin, 'initdb'), '--pgdata', data, '--username', DATABASE_USER];
  const passwordFile = join(folder, 'postgresql.password');
  if (password !== undefined) {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    const { uid, gid } = statSync(data);
    chownSync(passwordFile, uid, gid);
  }
  const login =
    password === undefined
      ? ['--auth', 'trust']
      : ['--auth', 'scram-sha-256', '--pwfile', passwordFile];
  await run([...as, ...initdb, ...login, '--encoding', 'UTF8', '--no-sync'], { cwd: data });
  rmSync(passwordFile, { force: true });
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
  ].flatMap((setting) => ['-c', setting]);
  return new Part({
    name: 'postgresql',
    argv: [...as, join(bin, 'postgres'), '-D', data, ...settings],
    folder: data,
    logFile: join(folder, 'postgresql.log'),
    // It listens before it lets anybody in.
    serves: () =>
      run([join(bin, 'pg_isready'), '--host', '127.0.0.1', '--port', String(port)]).then(
        () => true,
        () => false,
      ),
    onStarted,
  });
}

/** The newest that is installed. */
function binFolder(): string {
  const found = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const newest = found
    .filter((version) => existsSync(join(VERSIONS, version, 'bin', 'postgres')))
    .sort((one, other) => Number(other) - Number(one))[0];
  if (newest === undefined) throw new Error(`PostgreSQL is missing: ${INSTALL}`);
  return join(VERSIONS, newest, 'bin');
}

/** PostgreSQL refuses to be root: then it is the user that Debian's package makes. */
async function otherThanRoot(data: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const user = 'postgres';
  const uid = Number(await run(['id', '--user', user]));
  const gid = Number(await run(['id', '--group', user]));
  chownSync(data, uid, gid);
  if (statSync(data).uid !== uid) throw new Error(`${data} does not belong to ${user}`);
  // It becomes the program: one process, one pid.
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

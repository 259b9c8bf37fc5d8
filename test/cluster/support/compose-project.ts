/**
 * A project for the worker of docker-compose.yml: the sample service in a git repository, on two servers
 * behind HAProxy, each a container that the worker reaches by SSH.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { run } from '../../lab/support/shell.ts';

const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));
const TEMPLATE = new URL('../../../templates/deployment.md', import.meta.url);
const SECTIONS = ['global', 'defaults', 'frontend', 'backend', 'listen'];
/** Services of servers.yml. */
export const SERVERS = ['app-server-1', 'app-server-2'] as const;
export const BALANCER = 'balancer';
const REGISTRY = 'registry:5000';
const SERVICE_PORT = 8080;
/** The user that the worker's image runs as. */
const WORKER_USER = '1000:1000';
/** Half a minute in step 8: long enough for a person, or docker-compose, to meet the run at its servers. */
const PERFORMANCE = { path: '/version', requests: 300, per_second: 10 };
const COMMIT = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet'];

export interface ComposeProject {
  /** What PROJECT_FOLDER names; it belongs to the worker's user. */
  readonly folder: string;
  /** What the servers' containers see as /keys. */
  readonly keys: string;
}

/** @param folder empty; @param version the tag of what it holds */
export async function makeProject(folder: string, version: string): Promise<ComposeProject> {
  const project = join(folder, 'project');
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  cpSync(SAMPLE, project, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  cpSync(fileURLToPath(TEMPLATE), join(project, 'deployment.md'));
  listenEverywhere(join(project, 'src', 'server.mjs'));
  await makeKey(join(keys, 'host_key'));
  const login = join(project, 'keys', 'deploy');
  mkdirSync(dirname(login));
  await makeKey(login);
  cpSync(`${login}.pub`, join(keys, 'id_ed25519.pub'));
  const hostKey = readFileSync(join(keys, 'host_key.pub'), 'utf8').split(' ', 2).join(' ');
  writeFileSync(join(keys, 'haproxy.cfg'), haproxyConfiguration());
  writeFileSync(join(keys, 'registry.yml'), stringify(REGISTRY_CONFIGURATION));
  writeFileSync(
    join(project, 'runsheet.yaml'),
    projectFile(join(project, 'runsheet.yaml'), hostKey),
  );
  writeFileSync(join(project, '.gitignore'), '.runsheet\nkeys\n');
  await run(['git', 'init', '--quiet', '--initial-branch', 'main'], { cwd: project });
  await run(['git', 'add', '--all'], { cwd: project });
  await run(['git', ...COMMIT, '--message', version], { cwd: project });
  await run(['git', 'tag', version], { cwd: project });
  await run(['chown', '--recursive', WORKER_USER, project]);
  chmodSync(folder, 0o711);
  return { folder: project, keys };
}

/** The sample listens where `runsheet dev` asks it, on this machine alone. */
function listenEverywhere(file: string): void {
  const text = readFileSync(file, 'utf8');
  const [where, everywhere] = ["listen(port, '127.0.0.1'", "listen(port, '0.0.0.0'"];
  if (!text.includes(where)) throw new Error(`${file} lacks ${where}`);
  writeFileSync(file, text.replace(where, everywhere));
}

function makeKey(file: string): Promise<string> {
  return run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
}

/** The sample's, with what is embedded replaced by what is there. */
function projectFile(sample: string, hostKey: string): string {
  const machine = (name: string) => ({
    name,
    host: name,
    user: 'root',
    identity_file: 'keys/deploy',
    host_keys: [hostKey],
  });
  const settings = parse(readFileSync(sample, 'utf8')) as { readonly health: object };
  return stringify({
    ...settings,
    health: { ...settings.health, performance: PERFORMANCE },
    source: { kind: 'git', path: '.', tag: '${version}' },
    balancer: {
      kind: 'haproxy',
      pool: 'app',
      url: `http://${BALANCER}`,
      haproxy: [{ socket: '/run/haproxy/admin.sock', server: BALANCER }],
      verify: { requests: 30, path: '/version' },
      max_deviation: '40%',
      minimum_samples: 10,
    },
    balancers: [machine(BALANCER)],
    registry: { url: `http://${REGISTRY}` },
    database: { url: 'secret://env/RUNSHEET_DATABASE_URL' },
    environments: { production: { servers: SERVERS.map(machine) } },
  });
}

function haproxyConfiguration(): string {
  const lines = [
    'global',
    'stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners',
    'defaults',
    'mode http',
    'timeout connect 2s',
    'timeout client 1m',
    'timeout server 1m',
    'timeout check 2s',
    'frontend web',
    'bind :80',
    'default_backend app',
    'backend app',
    'balance roundrobin',
    'option httpchk GET /healthz',
    'http-check expect status 200',
    'default-server check inter 1s fastinter 200ms downinter 200ms fall 2 rise 2',
    ...SERVERS.map((name) => `server ${name} ${name}:${SERVICE_PORT}`),
  ];
  const isSection = (line: string): boolean => SECTIONS.includes(line.split(' ', 1)[0] ?? '');
  return `${lines.map((line) => (isSection(line) ? line : `  ${line}`)).join('\n')}\n`;
}

const REGISTRY_CONFIGURATION = {
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory: '/var/lib/docker-registry' } },
  http: { addr: ':5000' },
};

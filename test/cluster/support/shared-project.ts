/** A project in git, as each of several workers has a clone of it, on servers that are reached by SSH. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { Connections } from '../../../src/ports/connections.ts';
import { BACKEND } from '../../lab/support/haproxy.ts';
import { run } from '../../lab/support/shell.ts';
import type { Attempts } from './attempts.ts';

const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('../../../templates/deployment.md', import.meta.url));
const COMMIT = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet'];
export const VERIFY = '数据库迁移验证';
/** What keeps a release waiting that has been started. */
export const RELEASE = 'release';
export const KEY_FILE = 'keys/deploy';

export interface SharedProject {
  readonly versions: readonly string[];
  readonly servers: Connections['servers'];
  readonly registryUrl: string;
  readonly balancer: { readonly url: string; readonly socket: string };
  readonly attempts: Attempts;
}

/** @param folder where it is made, with nothing secret in it */
export async function makeSharedProject(folder: string, project: SharedProject): Promise<void> {
  cpSync(SAMPLE, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  cpSync(TEMPLATE, join(folder, 'deployment.md'));
  project.attempts.addTo(folder);
  waitBeforeListening(join(folder, 'src', 'server.mjs'), project.attempts.fileOf(RELEASE));
  const file = join(folder, 'runsheet.yaml');
  writeFileSync(file, projectFile(readFileSync(file, 'utf8'), project));
  const known = project.servers.flatMap(({ port, hostKeys }) =>
    hostKeys.map((key) => `[127.0.0.1]:${port} ${key}\n`),
  );
  writeFileSync(join(folder, 'known_hosts'), known.join(''));
  writeFileSync(join(folder, '.gitignore'), '.runsheet\nkeys\n');
  const git = (...args: readonly string[]): Promise<string> =>
    run(['git', ...args], { cwd: folder });
  await git('init', '--quiet', '--initial-branch', 'main');
  for (const version of project.versions) {
    writeFileSync(join(folder, 'src', 'released.txt'), version);
    await git('add', '--all');
    await git(...COMMIT, '--message', version);
    await git('tag', version);
  }
}

/** A release that is started answers nobody as long as the file is there. */
function waitBeforeListening(server: string, holdFile: string): void {
  const text = readFileSync(server, 'utf8');
  const last = 'if (process.argv[1] === fileURLToPath(import.meta.url)) main();';
  if (!text.includes(last)) throw new Error(`${server} lacks ${last}`);
  const waits = `  while (existsSync('${holdFile}')) await sleep(20);`;
  const main = last.replace('main();', `{\n${waits}\n  main();\n}`);
  writeFileSync(server, `import { existsSync } from 'node:fs';\n${text.replace(last, main)}`);
}

function projectFile(sample: string, given: SharedProject): string {
  const { servers, registryUrl, balancer, attempts } = given;
  const settings = parse(sample) as { readonly commands: object; readonly health: object };
  const lint = { run: attempts.command('lint', 'tools/lint.mjs'), format: 'eslint', timeout: '3m' };
  const verify = attempts.command('verify', 'tools/verify-tariffs.mjs');
  return stringify({
    ...settings,
    source: { kind: 'git', path: '.', tag: '${version}' },
    commands: { ...settings.commands, lint },
    actions: { [VERIFY]: { run: verify, on: 'worker', timeout: '3m' } },
    health: { ...settings.health, ready: { successes: 2, interval: '100ms', limit: '3m' } },
    balancer: {
      kind: 'haproxy',
      pool: BACKEND,
      url: balancer.url,
      haproxy: [{ socket: balancer.socket }],
      verify: { requests: 30, path: '/version' },
      max_deviation: '60%',
      minimum_samples: 10,
    },
    registry: { url: registryUrl },
    database: { url: 'secret://database' },
    artifacts: { kind: 'database', url: 'secret://artifacts' },
    ssh: { identity_file: KEY_FILE },
    environments: {
      production: {
        servers: servers.map(({ name, port, user, servicePort, baseFolder }) => ({
          name,
          host: '127.0.0.1',
          port,
          user,
          service_address: '127.0.0.1',
          service_port: servicePort,
          base_folder: baseFolder,
        })),
      },
    },
  });
}

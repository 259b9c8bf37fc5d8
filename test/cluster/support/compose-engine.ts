/** A Docker Engine for docker-compose.yml, beside whatever else runs on this machine; its images are kept. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lab/support/shell.ts';
import { Part } from './part.ts';
import { cacheFolder } from './programs.ts';

const COMMAND_LIMIT_MS = 120_000;
/** apt-get and npm ci, the type check and the bundle on a busy core. */
const BUILD_LIMIT_MS = 15 * 60_000;
/** `up` waits for services that are ready. */
const UP_LIMIT_MS = 4 * 60_000;
const OPTIONS = [
  '--log-level=warn',
  // Without rules and bridge of its own, as the lab's.
  '--bridge=none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-masq=false',
  // No container reaches a name server outside: it soon gives up asking for what nobody here has.
  '--dns-opt=timeout:1',
  '--dns-opt=attempts:1',
];
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

export interface ComposeCall {
  /** -p of docker-compose. */
  readonly project: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

export class ComposeEngine {
  readonly #daemon: Part;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(daemon: Part, folder: string, socket: string) {
    this.#daemon = daemon;
    this.#folder = folder;
    // Debian's docker has no buildx.
    this.#env = { DOCKER_HOST: socket, DOCKER_BUILDKIT: '0' };
  }

  /** @param folder of what runs now. @throws where this machine lacks something, naming it */
  static async start(folder: string, onStarted: (pid: number) => void): Promise<ComposeEngine> {
    if (process.getuid?.() !== 0) throw new Error('a Docker Engine of its own needs root');
    for (const program of ['dockerd', 'docker', 'docker-compose', 'debootstrap']) {
      await run(['sh', '-c', `command -v ${program}`]).catch(() => {
        throw new Error(
          `${program} is missing: apt-get install docker.io docker-compose debootstrap`,
        );
      });
    }
    const data = join(cacheFolder(), 'compose-engine');
    mkdirSync(data, { recursive: true });
    const socket = `unix://${join(folder, 'engine.sock')}`;
    const places = [
      `--data-root=${data}`,
      `--exec-root=${join(folder, 'engine')}`,
      `--pidfile=${join(folder, 'dockerd.pid')}`,
      `--host=${socket}`,
    ];
    const daemon = new Part({
      name: 'dockerd',
      argv: ['nice', 'dockerd', ...places, ...OPTIONS],
      folder,
      logFile: join(folder, 'dockerd.log'),
      serves: () =>
        run(['docker', '--host', socket, 'version']).then(
          () => true,
          () => false,
        ),
      onStarted,
    });
    const engine = new ComposeEngine(daemon, folder, socket);
    await daemon.start();
    await engine.#clean();
    return engine;
  }

  /** Of `docker`. @returns what it printed */
  docker(argv: readonly string[], limitMs = COMMAND_LIMIT_MS): Promise<string> {
    return run(['docker', ...argv], { env: this.#env, limitMs });
  }

  /** The builds' network is this machine's, since the engine has no bridge of its own. */
  async build(image: string, context: string): Promise<void> {
    const proxies = PROXIES.filter((name) => process.env[name] !== undefined);
    const given = proxies.flatMap((name) => ['--build-arg', name]);
    const argv = ['build', '--quiet', '--network', 'host', ...given, '--tag', image, context];
    await this.docker(argv, BUILD_LIMIT_MS);
  }

  /** The first of that name is kept. @param tar of a root file system */
  async importRoot(tar: string, image: string): Promise<void> {
    const known = await this.docker(['image', 'ls', '--quiet', image]);
    if (known.trim() === '') await this.docker(['import', tar, image]);
  }

  /** @returns what docker-compose printed */
  compose({ project, file, env }: ComposeCall, ...command: readonly string[]): Promise<string> {
    const argv = ['docker-compose', '--project-name', project, '--file', file, ...command];
    return run(argv, { env: { ...this.#env, ...env }, limitMs: UP_LIMIT_MS });
  }

  async close(): Promise<void> {
    await this.#clean().catch(() => undefined);
    await this.#daemon.close();
    // It stays mounted when the engine has ended.
    await run(['umount', join(this.#folder, 'engine/netns/default')]).catch(() => undefined);
  }

  /** Everything but the images, whose layers make the next build quick: also what a test that was killed has left. */
  async #clean(): Promise<void> {
    const ids = (await this.docker(['ps', '--all', '--quiet'])).split('\n').filter(Boolean);
    if (ids.length > 0) await this.docker(['rm', '--force', '--volumes', ...ids]);
    await this.docker(['network', 'prune', '--force']);
    await this.docker(['volume', 'prune', '--force']);
  }
}

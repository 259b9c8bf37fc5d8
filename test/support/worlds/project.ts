/** The project of a world, as its runsheet.yaml would pin it. */
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { SETTINGS } from '../resolved-run.ts';
import { isWrong, type World } from './world.ts';

/** What a fault leaves in a text that is filled in. */
const UNKNOWN = '${nobody_knows}';

export const FILE = 'app.conf';
/** Where it is on a server. */
export const FILE_PATH = '/etc/hello/app.conf';
export const FILE_SECRET = 'secret://of-the-file';
export const SERVICE_SECRET = 'secret://of-the-service';
export const OLD_SECRET = 'secret://of-the-old-release';
export const POOL = 'hello';
export const PLATFORM = 'linux/amd64';

export function projectOf(world: World): ProjectSettings {
  const known = (what: Parameters<typeof isWrong>[1], text: string): string =>
    isWrong(world, what) ? UNKNOWN : text;
  const { image, runtime, container, health, balancer } = SETTINGS;
  return {
    ...SETTINGS,
    image: {
      ...image,
      kind: world.kind,
      docker: { ...image.docker, platforms: world.kind === 'docker' ? [PLATFORM] : [] },
    },
    runtime: {
      ...runtime,
      command: ['serve', known('no value in the command', '${port}')],
      environment: { TOKEN: SERVICE_SECRET },
    },
    container: { ...container, hostname: known('no value in the container', '${server}') },
    files: [{ template: FILE, path: FILE_PATH, mode: '0640', values: { password: FILE_SECRET } }],
    health: {
      ...health,
      json: { version: known('no value in the health rule', '${version}') },
      smoke: [
        {
          method: 'GET',
          path: '/',
          status: 200,
          contains: known('no value in a smoke request', '${version}'),
        },
      ],
      ready: { successes: 2, intervalMilliseconds: 10, limitSeconds: 5 },
      performance: { path: '/', requests: 4, perSecond: 100 },
    },
    balancer: {
      ...balancer,
      pool: isWrong(world, 'another pool') ? 'another' : POOL,
      verify: { requests: 6, path: '/' },
      minimumSamples: 4,
      floorPercent: world.floor,
      routes: { '/api': isWrong(world, 'route to no pool') ? 'nowhere' : POOL },
    },
  };
}

/** The text of the template of the configuration file; null: there is none. */
export function templateOf(world: World): string | null {
  if (isWrong(world, 'no template of a file')) return null;
  return isWrong(world, 'no value in a file') ? `x=${UNKNOWN}` : 'x=${server} ${password}';
}

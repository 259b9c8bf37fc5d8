/** How servers and a pool stand, as their own files and the balancer say it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../e2e/support/world.ts';

/** Written by the service itself. */
const SERVICE_LOG = 'service.log';
const UNFINISHED = '.part';

export type Standing = ReadonlyMap<string, string>;

/** Every file of the servers, by what shows that somebody has touched it, and the place of each in the pool. */
export async function standingOf(
  world: World,
  environment: string,
  servers: readonly string[],
): Promise<Standing> {
  const files = servers.flatMap((name) => filesOf(name, world.server(name).baseFolder));
  const pool = Object.entries(await world.pool(environment)).map(
    ([name, { admin }]): [string, string] => [`${name} in the pool`, admin],
  );
  return new Map([...files, ...pool]);
}

/** What is another one than before; to take away what was begun beside a file is no change. */
export function changesBetween(before: Standing, after: Standing): readonly string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  const isTidied = (each: string): boolean => each.endsWith(UNFINISHED) && !after.has(each);
  return [...all].filter((each) => before.get(each) !== after.get(each) && !isTidied(each));
}

function filesOf(server: string, folder: string): readonly (readonly [string, string])[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => !path.endsWith(SERVICE_LOG))
    .flatMap((path) => {
      const found = statSync(join(folder, path));
      if (found.isDirectory()) return [];
      return [[`${server}:${path}`, `${found.ino} ${found.mtimeMs} ${found.size}`] as const];
    });
}

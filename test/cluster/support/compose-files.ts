/** docker-compose.yml and, on the network of its services, what the test's project deploys to. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ComposeEngine } from './compose-engine.ts';
import type { ImageNames } from './compose-images.ts';
import type { ComposeProject } from './compose-project.ts';

const MAIN = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url));
const SERVERS = fileURLToPath(new URL('../servers.yml', import.meta.url));
const DOCKERFILE = new URL('../../../Dockerfile', import.meta.url);
const PROJECT = 'runsheet-compose-test';
/** Not the one that the file has where none is given. */
const PASSWORD = 'of-this-test';

/** Runs docker-compose for a file. @returns what it printed */
type Compose = (...command: readonly string[]) => Promise<string>;

/** @param env beside what the documentation says to set */
export function composeFiles(
  engine: ComposeEngine,
  { folder, keys }: ComposeProject,
  env: Readonly<Record<string, string>>,
): { readonly main: Compose; readonly servers: Compose } {
  const main = { POSTGRES_PASSWORD: PASSWORD, PROJECT_FOLDER: folder, ...env };
  const servers = { KEYS_FOLDER: keys, NETWORK: `${PROJECT}_default` };
  return {
    main: (...command) => engine.compose({ project: PROJECT, file: MAIN, env: main }, ...command),
    servers: (...command) =>
      engine.compose({ project: `${PROJECT}-servers`, file: SERVERS, env: servers }, ...command),
  };
}

/** As docker-compose.yml and our Dockerfile name them. */
export function imageNames(): ImageNames {
  const { services } = parse(readFileSync(MAIN, 'utf8')) as {
    readonly services: Readonly<Record<string, { readonly image: string }>>;
  };
  const of = (service: string): string => {
    const image = services[service]?.image;
    if (image === undefined) throw new Error(`docker-compose.yml has no image of ${service}`);
    return image;
  };
  const node = /^FROM (\S+)$/mu.exec(readFileSync(DOCKERFILE, 'utf8'))?.[1];
  if (node === undefined) throw new Error('the Dockerfile names no base image');
  return {
    postgres: of('postgresql'),
    server: of('temporal'),
    adminTools: of('temporal-schema'),
    ui: of('temporal-ui'),
    node,
    worker: of('worker'),
  };
}

/** The images that docker-compose.yml and our Dockerfile name, built on this machine: images/README.md. */
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporal } from '../../../src/embedded/find-temporal.ts';
import { rootTar } from '../../lab/support/machine.ts';
import { run } from '../../lab/support/shell.ts';
import type { ComposeEngine } from './compose-engine.ts';
import {
  buildPrograms,
  programs,
  serverSource,
  sourceOf,
  TEMPORAL_VERSION,
  webUiPrograms,
} from './programs.ts';

const RECIPES = fileURLToPath(new URL('../images', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const AUTHORITIES = '/usr/local/share/authorities.pem';

/** Names with tags, as docker-compose.yml and our Dockerfile have them. */
export interface ImageNames {
  readonly postgres: string;
  readonly server: string;
  readonly adminTools: string;
  readonly ui: string;
  readonly node: string;
  readonly worker: string;
}

/** A folder of images/. */
interface Recipe {
  readonly folder: string;
  readonly image: string;
  /** What its files are beside the recipe: name → where it is. Default none. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Those that are there already, unchanged, are not built again. @param folder empty, for copies */
export async function buildImages(
  engine: ComposeEngine,
  names: ImageNames,
  folder: string,
): Promise<void> {
  if (!names.server.endsWith(`:${TEMPORAL_VERSION}`)) {
    throw new Error(`${names.server}: programs.ts builds ${TEMPORAL_VERSION}`);
  }
  const tar = await rootTar(join(folder, 'root'));
  await engine.importRoot(tar, `runsheet-root:${basename(tar, '.tar')}`);
  await engine.docker(['tag', `runsheet-root:${basename(tar, '.tar')}`, 'runsheet-root']);
  for (const recipe of await recipesOf(names, folder)) {
    const context = join(folder, recipe.folder);
    cpSync(join(RECIPES, recipe.folder), context, { recursive: true });
    for (const [name, from] of Object.entries(recipe.files ?? {})) {
      cpSync(realpathSync(from), join(context, name), {
        recursive: true,
        preserveTimestamps: true,
      });
    }
    await engine.build(recipe.image, context);
  }
  await engine.build(names.worker, CHECKOUT);
}

async function recipesOf(names: ImageNames, folder: string): Promise<readonly Recipe[]> {
  return [
    { folder: 'debian', image: 'runsheet-debian' },
    { folder: 'postgres', image: names.postgres },
    { folder: 'alpine', image: 'runsheet-alpine' },
    { folder: 'server', image: names.server, files: await serverFiles() },
    { folder: 'admin-tools', image: names.adminTools, files: await adminToolsFiles() },
    { folder: 'ui', image: names.ui, files: await webUiFiles(names.ui) },
    { folder: 'node', image: names.node, files: await nodeFiles(join(folder, 'npm')) },
    { folder: 'project-server', image: 'runsheet-project-server' },
  ];
}

async function serverFiles(): Promise<Record<string, string>> {
  const source = await serverSource();
  return {
    'temporal-server': programs().server,
    'entrypoint.sh': join(source, 'docker/scripts/sh/entrypoint.sh'),
  };
}

async function adminToolsFiles(): Promise<Record<string, string>> {
  const { path } = await findTemporal({ env: process.env });
  return { temporal: path, 'temporal-sql-tool': programs().sqlTool };
}

async function webUiFiles(image: string): Promise<Record<string, string>> {
  const wanted = webUiPrograms(image.split(':')[1] ?? '');
  const folder = await buildPrograms(wanted);
  const source = await sourceOf(wanted);
  return {
    'ui-server': join(folder, 'ui-server'),
    'start-ui-server.sh': join(source, 'docker/start-ui-server.sh'),
    'docker.yaml': join(source, 'config/docker.yaml'),
  };
}

/** With the registry and the authorities that npm uses on this machine. */
async function nodeFiles(folder: string): Promise<Record<string, string>> {
  const setting = async (name: string): Promise<string> =>
    (await run(['npm', 'config', 'get', name])).trim();
  const cafile = await setting('cafile');
  mkdirSync(folder);
  const npmrc = join(folder, 'npmrc');
  const authorities = cafile === 'null' ? join(folder, 'authorities.pem') : cafile;
  if (cafile === 'null') writeFileSync(authorities, '');
  const trusted = cafile === 'null' ? [] : [`cafile=${AUTHORITIES}`];
  writeFileSync(npmrc, [`registry=${await setting('registry')}`, ...trusted, ''].join('\n'));
  const npm = realpathSync((await run(['sh', '-c', 'command -v npm'])).trim());
  return {
    node: process.execPath,
    npm: dirname(dirname(npm)),
    npmrc,
    'authorities.pem': authorities,
  };
}

/** The service's git repository: every tag is a release with a behaviour of its own. */
import { randomBytes } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './shell.ts';

const SERVICE = fileURLToPath(new URL('../service', import.meta.url));

export interface Release {
  /** As service.pl knows them. Default good. */
  readonly behaviour?: string;
  /** Bytes of noise in the image, so that fetching it takes its time. */
  readonly ballastBytes?: number;
}

const AUTHOR = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.com'];

/** Makes `folder` the service's repository, without a release. */
export async function makeRepository(folder: string): Promise<void> {
  cpSync(SERVICE, folder, { recursive: true });
  writeFileSync(join(folder, '.gitignore'), '.runsheet\nrunsheet.yaml\ntemplates\nssh\n');
  await run(['git', 'init', '-q', '-b', 'main'], { cwd: folder });
}

/** Commits a release and tags it; a tag that is there moves to it. */
export async function tagRelease(folder: string, tag: string, release: Release): Promise<void> {
  const behaviour = release.behaviour ?? 'good';
  writeFileSync(join(folder, 'release.conf'), `version=${tag}\nbehaviour=${behaviour}\n`);
  writeFileSync(join(folder, 'ballast'), randomBytes(release.ballastBytes ?? 0));
  await run(['git', 'add', '-A'], { cwd: folder });
  await run(['git', ...AUTHOR, 'commit', '-q', '--allow-empty', '-m', tag], { cwd: folder });
  await run(['git', 'tag', '-f', tag], { cwd: folder });
}

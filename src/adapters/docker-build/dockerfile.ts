/** Which Dockerfile docker is given. */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { BuildRequest } from '../../ports/image-builder.ts';
import { pathInside } from '../artifacts/safe-path.ts';
import type { BuildTool } from './build-argv.ts';

/**
 * Of a work tree of git: a copy of the Dockerfile beside rules that leave `.git` out of the context, as
 * docker leaves it out where the context is a repository's address. The checkout's own rules stay.
 * The classic builder reads no rules from elsewhere, and gets the Dockerfile as it is.
 */
export async function withDockerfile<T>(
  { tool, request, file }: { tool: BuildTool; request: BuildRequest; file: string },
  work: (dockerfile: string) => Promise<T>,
): Promise<T> {
  const { context } = request;
  const own = `${context}/${file}`;
  const content = await contentOf(context, file);
  const isPlain = tool === 'classic' || content === null || !(await isWorkTree(context));
  if (isPlain) return work(own);
  const rules =
    (await contentOf(context, `${file}.dockerignore`)) ??
    (await contentOf(context, '.dockerignore')) ??
    '';
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-dockerfile-'));
  try {
    const copy = join(folder, basename(file));
    await writeFile(copy, content);
    await writeFile(`${copy}.dockerignore`, `${rules}\n.git\n`);
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isWorkTree(context: string): Promise<boolean> {
  return access(join(context, '.git')).then(
    () => true,
    () => false,
  );
}

/** null: there is none, which docker says best. @throws PortError PATH_OUTSIDE_PROJECT for a link out */
async function contentOf(context: string, name: string): Promise<string | null> {
  const file = join(context, name);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? readFile(await pathInside(context, name), 'utf8') : null;
}

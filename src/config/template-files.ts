/** The run sheets that a project can start: its own `templates/`, and the package's where it has none of that id. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TemplateFile {
  /** Name inside its folder, for example `deployment.md`. */
  readonly file: string;
  readonly path: string;
  readonly origin: 'project' | 'package';
  readonly bytes: Buffer;
}

/** A folder of thousands of files is not a folder of run sheets. */
const MOST_TEMPLATES = 500;
/** What the compiler refuses as too large need not be read whole. */
const MOST_BYTES = 1024 * 1024 + 1;

/** The templates that come with Runsheet. */
export function packageTemplatesFolder(): string {
  return fileURLToPath(new URL('../../templates', import.meta.url));
}

/** All templates, read afresh; the project's first, each folder in the order of names. */
export async function readTemplateFiles(projectFolder: string): Promise<readonly TemplateFile[]> {
  const packageFolder = packageTemplatesFolder();
  const own = join(projectFolder, 'templates');
  const project = await readFolder(own, 'project');
  return own === packageFolder
    ? project
    : [...project, ...(await readFolder(packageFolder, 'package'))];
}

async function readFolder(folder: string, origin: TemplateFile['origin']): Promise<TemplateFile[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const sheets = names
    .filter((name) => name.endsWith('.md'))
    .sort()
    .slice(0, MOST_TEMPLATES);
  const read = await Promise.all(sheets.map((file) => readTemplate(folder, file, origin)));
  return read.filter((each) => each !== null);
}

async function readTemplate(
  folder: string,
  file: string,
  origin: TemplateFile['origin'],
): Promise<TemplateFile | null> {
  const path = join(folder, file);
  try {
    if (!(await stat(path)).isFile()) return null;
    const bytes = await readFile(path);
    return { file, path, origin, bytes: bytes.subarray(0, MOST_BYTES) };
  } catch {
    return null;
  }
}

/** Configuration files rendered from the templates of the run's checkout on this worker. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { updateConfiguration } from '../../actions/servers/configure.ts';
import { say } from '../../diagnostics/language.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import type { WorkOf } from '../implement.ts';
import { fail, type ServerPorts } from './context.ts';
import { fill, placeholderValues, reveal, valuesFor } from './render.ts';

type ConfigurationWork = WorkOf<typeof updateConfiguration>;

export interface RenderedFile {
  readonly file: ConfigurationFile;
  readonly content: Buffer;
}

/** Every file for the input's server and environment; secrets are resolved here and nowhere else. */
export async function renderAll(
  ports: ServerPorts,
  input: ConfigurationWork,
  files: readonly ConfigurationFile[],
): Promise<readonly RenderedFile[]> {
  const checkout = await ports.ensureCheckout(input);
  const rendered: RenderedFile[] = [];
  for (const file of files) {
    rendered.push({ file, content: await render(ports, input, checkout, file) });
  }
  return rendered;
}

async function render(
  ports: ServerPorts,
  input: ConfigurationWork,
  checkout: string,
  file: ConfigurationFile,
): Promise<Buffer> {
  const { servicePort } = ports.hosts.get(input.server);
  const base = placeholderValues(input, servicePort);
  const values: Record<string, string> = { ...base };
  for (const [name, value] of Object.entries(valuesFor(file.values, input.run.environment))) {
    values[name] = await reveal(ports.secrets, fill(value, base, `files.values.${name}`));
  }
  const template = await readTemplate(input, checkout, file.template);
  return Buffer.from(fill(template, values, file.template));
}

/** Reads a template of the checkout; links that lead out of it are refused. */
async function readTemplate(
  input: ConfigurationWork,
  checkout: string,
  name: string,
): Promise<string> {
  const path = resolve(checkout, name);
  if (isAbsolute(name) || leaves(checkout, path)) throw outside(input, name);
  try {
    if (leaves(await realpath(checkout), await realpath(path))) throw outside(input, name);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw fail(
      'BAD_CONFIGURATION',
      say(
        input.run,
        `检出的源代码中没有 ${name}；请检查 runsheet.yaml 的 files.template 与版本 ${input.run.version}`,
        `the checkout has no ${name}; check files.template in runsheet.yaml and version ${input.run.version}`,
      ),
    );
  }
}

function leaves(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function outside(input: ConfigurationWork, name: string): Error {
  return fail(
    'PATH_OUTSIDE_PROJECT',
    say(
      input.run,
      `files.template ${name} 指向检出的源代码之外；请改为其中的相对路径`,
      `files.template ${name} leaves the checkout; name a path inside it`,
    ),
  );
}

/** Configuration files rendered from the templates of the run's pinned source. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { SourcePin } from '../../plan/run.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { fill, placeholderValues, reveal, valuesFor } from './render.ts';

/** For one server, from the source that the run has pinned. */
export interface Rendering extends OnServer {
  readonly source: SourcePin;
}

export interface RenderedFile {
  readonly file: ConfigurationFile;
  readonly content: Buffer;
}

/** Every file for the input's server and environment; secrets are resolved here and nowhere else. */
export async function renderAll(
  ports: Pick<ServerPorts, 'hosts' | 'secrets' | 'source'>,
  input: Rendering,
  files: readonly ConfigurationFile[],
): Promise<readonly RenderedFile[]> {
  const rendered: RenderedFile[] = [];
  for (const file of files) rendered.push({ file, content: await render(ports, input, file) });
  return rendered;
}

async function render(
  ports: Pick<ServerPorts, 'hosts' | 'secrets' | 'source'>,
  input: Rendering,
  file: ConfigurationFile,
): Promise<Buffer> {
  const { servicePort } = ports.hosts.get(input.server);
  const base = placeholderValues(input, servicePort);
  const values: Record<string, string> = { ...base };
  for (const [name, value] of Object.entries(valuesFor(file.values, input.run.environment))) {
    values[name] = await reveal(ports.secrets, fill(input, value, base, `files.values.${name}`));
  }
  const template = await ports.source.read(input.source.revision, file.template);
  if (template === null) throw noTemplate(input, file.template);
  return Buffer.from(fill(input, template, values, file.template));
}

function noTemplate({ run }: Rendering, name: string): Error {
  const named = { version: run.version, name };
  return diagnosed(run, diagnose('BAD_CONFIGURATION', 'noTemplate', named));
}

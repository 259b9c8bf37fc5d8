/** The file of `--file`, up to what the workflow is started with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareRequest } from '../../src/cli/request.ts';
import { loadProject } from '../../src/config/load-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'request-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function prepare(content: string) {
  const loaded = await loadProject('examples/service', {});
  const file = join(folder, 'request');
  writeFileSync(file, content);
  return prepareRequest(loaded, 'deployment.md', { file, requestedBy: 'carol' });
}

it.each([
  'environment: production\nservers: [app-server-1]\nversion: 3.10\n',
  '{"environment": "production", "servers": ["app-server-1"], "version": 3.10}',
  '执行 deployment.md 模板\n参数:\n- environment: production\n- servers: [app-server-1]\n- version: 3.10\n',
])('G6 a version is as it was written: %#', async (content) => {
  const { run } = await prepare(content);
  expect(run.version).toBe('3.10');
});

it.each(['[1, 2]', 'version: [', '5'])(
  'says what a file should hold instead of %j',
  async (content) => {
    await expect(prepare(content)).rejects.toThrow(/BAD_REQUEST/u);
  },
);

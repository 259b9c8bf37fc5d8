/** Project file, run sheet and request wrong at once: all of it is said in one go, each with its place. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareRequest } from '../../src/cli/request.ts';
import { loadProject } from '../../src/config/load-project.ts';

const template = readFileSync('templates/deployment.md', 'utf8');
const project = readFileSync('examples/service/runsheet.yaml', 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
mkdirSync(join(folder, 'templates'));
afterAll(() => rmSync(folder, { recursive: true }));

const WRONG_PROJECT = `${project}\nservise: hello\n`;
const WRONG_TEMPLATE = template.replace('停止应用服务', '停止应用服物');
const GOOD = ['environment=production', 'servers=app-server-1', 'version=v2.1.0'];
const WRONG_REQUEST = ['environment=produktion', 'servers=app-server-1', 'verison=v2.1.0'];

/** What `plan` and `run` say before they end with exit code 2. */
async function said(yaml: string, text: string, param: readonly string[]): Promise<string> {
  writeFileSync(join(folder, 'runsheet.yaml'), yaml);
  writeFileSync(join(folder, 'templates', 'deployment.md'), text);
  const loaded = await loadProject(folder, {});
  try {
    await prepareRequest(loaded, 'deployment.md', { param, lang: 'en', requestedBy: 'carol' });
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 2 });
    return (error as Error).message;
  }
  return '';
}

const PROJECT = /runsheet\.yaml:\d+:\d+: error BAD_PROJECT_FILE/u;
const TEMPLATE = /deployment\.md:\d+:\d+: error UNKNOWN_PHRASE/u;
const REQUEST = [/error BAD_PARAMETER[^\n]*environment/u, /error UNKNOWN_PARAMETER/u];

it.each([
  ['all three', WRONG_PROJECT, WRONG_TEMPLATE, WRONG_REQUEST, [PROJECT, TEMPLATE, ...REQUEST]],
  ['project file and request', WRONG_PROJECT, template, WRONG_REQUEST, [PROJECT, ...REQUEST]],
  ['run sheet and request', project, WRONG_TEMPLATE, WRONG_REQUEST, [TEMPLATE, ...REQUEST]],
  ['project file alone', WRONG_PROJECT, template, GOOD, [PROJECT]],
] as const)('%s', async (_what, yaml, text, param, patterns) => {
  const message = await said(yaml, text, param);
  for (const pattern of patterns) expect(message).toMatch(pattern);
});

it('says nothing of a request whose parameters cannot be told', async () => {
  const text = WRONG_TEMPLATE.replace('type: boolean', 'type: bolean');
  const message = await said(project, text, WRONG_REQUEST);
  expect(message).toMatch(TEMPLATE);
  expect(message).not.toMatch(/UNKNOWN_PARAMETER/u);
});

it('goes on where everything is right', async () => {
  expect(await said(project, template, GOOD)).toBe('');
});

/** B7: where Temporal is, as the `temporal` program's own configuration file says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporalUnknown } from '../../src/config/connections.ts';
import type { Environment } from '../../src/config/environment.ts';
import { loadProject } from '../../src/config/load-project.ts';
import type { ProjectFile } from '../../src/config/project-file.ts';

const PROFILE = `
[profile.default]
address = "temporal.example.com:7233"
namespace = "releases"
api_key = "sesame"

[profile.other]
address = "other.example.com:7233"
`;

interface Given {
  readonly toml?: string;
  readonly yaml?: string;
  readonly dev?: { readonly address: string; readonly isOwn: boolean };
  readonly environment?: Environment;
}

async function load({ toml, yaml = '', dev, environment = {} }: Given): Promise<ProjectFile> {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-profile-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'runsheet.yaml'), `service: shop\nenvironments: {}\n${yaml}`);
  const file = join(folder, 'temporal.toml');
  if (toml !== undefined) writeFileSync(file, toml);
  if (dev !== undefined) {
    mkdirSync(join(folder, '.runsheet'));
    const connections = {
      temporal: { ...dev, namespace: 'default', uiUrl: null },
      servers: [],
      balancer: { adminUrl: 'http://127.0.0.1:4', pools: {} },
      registry: { url: 'http://127.0.0.1:5' },
      database: { url: '' },
    };
    writeFileSync(join(folder, '.runsheet', 'connections.json'), JSON.stringify(connections));
  }
  const { project } = await loadProject(folder, { TEMPORAL_CONFIG_FILE: file, ...environment });
  if (project === null) throw new Error('no project');
  return project;
}

const addressOf = async (given: Given) => (await load(given)).connections.temporal;

describe('B7 the address of Temporal', () => {
  it('B7 is the one of the profile, with its namespace', async () => {
    expect(await addressOf({ toml: PROFILE })).toMatchObject({
      address: 'temporal.example.com:7233',
      namespace: 'releases',
      isOwn: false,
    });
  });

  it('B7 is the one of the profile that TEMPORAL_PROFILE names', async () => {
    const environment = { TEMPORAL_PROFILE: 'other' };
    expect(await addressOf({ toml: PROFILE, environment })).toMatchObject({
      address: 'other.example.com:7233',
      namespace: 'default',
    });
  });

  it('B7 is the one of the file in the home folder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'runsheet-home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    mkdirSync(join(home, 'temporalio'));
    writeFileSync(join(home, 'temporalio', 'temporal.toml'), PROFILE);
    const environment = { XDG_CONFIG_HOME: home, TEMPORAL_CONFIG_FILE: undefined };
    expect(await addressOf({ environment })).toMatchObject({ namespace: 'releases' });
  });

  it('B7 is a more particular one: environment, runsheet.yaml, runsheet dev', async () => {
    const environment = { TEMPORAL_ADDRESS: 'a:1', TEMPORAL_NAMESPACE: 'n' };
    expect(await addressOf({ toml: PROFILE, environment })).toMatchObject({
      address: 'a:1',
      namespace: 'n',
    });
    const yaml = 'temporal: { address: "b:2" }\n';
    expect(await addressOf({ toml: PROFILE, yaml })).toMatchObject({
      address: 'b:2',
      namespace: 'releases',
    });
    const dev = { address: '127.0.0.1:3', isOwn: true };
    expect(await addressOf({ toml: PROFILE, dev })).toMatchObject({ ...dev, namespace: 'default' });
  });

  it.each([
    ['a profile that there is not', { TEMPORAL_PROFILE: 'prod' }, "Profile 'prod' not found"],
    ['a file that is no TOML', {}, 'Invalid TOML document'],
  ])('B7 is unknown with %s, and the reason is told', async (_what, environment, reason) => {
    const toml = Object.keys(environment).length > 0 ? PROFILE : 'api_key = sesame street';
    const { connections } = await load({ toml, environment });
    expect(connections.temporal).toBeNull();
    const { message } = temporalUnknown(connections);
    expect(message.en).toContain(reason);
    expect(message.en).not.toContain('sesame');
  });

  it('B7 is unknown without any, as before', async () => {
    const { connections } = await load({});
    expect(connections).toMatchObject({ temporal: null, profileProblem: null });
    expect(temporalUnknown(connections).message.en).toContain('runsheet dev is not running');
  });
});

describe('S13 a project without task_queue', () => {
  it("S13 has its service's, where others use the server too", async () => {
    expect((await load({ toml: PROFILE })).taskQueue).toBe('shop');
    expect((await load({})).taskQueue).toBe('shop');
    const shared = { address: 'a:1', isOwn: false };
    expect((await load({ dev: shared })).taskQueue).toBe('shop');
  });

  it('S13 has runsheet on the server that runsheet dev started for it', async () => {
    const dev = { address: '127.0.0.1:3', isOwn: true };
    expect((await load({ dev })).taskQueue).toBe('runsheet');
    expect((await load({ dev, yaml: 'task_queue: mine\n' })).taskQueue).toBe('mine');
  });
});

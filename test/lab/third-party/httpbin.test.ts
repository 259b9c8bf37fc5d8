/**
 * A web service that is not ours, by examples/httpbin: its Dockerfile, its runsheet.yaml, a base image
 * built here. From one version of PyPI to the next and back, one server at a time; and a version that
 * does not start with today's libraries, as it comes from PyPI.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../../src/plan/plan.ts';
import { docker, machine } from '../support/machine.ts';
import type { Section } from '../support/project.ts';
import { run } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { labState } from '../verifier/lab-state.ts';
import { digestOfTag } from '../verifier/registry.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/httpbin', import.meta.url));
/** Where the example lies in the project's folder. */
const FOLDER = 'httpbin';
/** Of its own each time: a lab that is kept has the last one's images. */
const REPOSITORY = `lab/httpbin-${Date.now()}`;
const BUILD_LIMIT_MS = 120_000;

const [OLD, NEW] = ['v0.10.2', 'v0.10.4'] as const;
/** Of 2018: it wants a name of werkzeug that is gone, so that gunicorn's workers end at once. */
const BROKEN = 'v0.7.0';

interface Example {
  readonly [section: string]: Section;
}

describe('httpbin from PyPI', () => {
  let stage: LabStage;
  const digests: Record<string, string> = {};

  beforeAll(async () => {
    await run(['sh', join(EXAMPLE, 'base', 'build.sh'), machine().rootImage], {
      env: { DOCKER_HOST: machine().dockerHost },
      limitMs: BUILD_LIMIT_MS,
    });
    stage = await startLabStage({
      name: 'httpbin',
      servers: 3,
      checkPath: '/status/200',
      ...example(),
    });
    cpSync(EXAMPLE, join(stage.folder, FOLDER), { recursive: true });
  });
  afterAll(async () => {
    await stage?.close();
    await docker('image', 'rm', '-f', 'runsheet-base/python:3.11').catch(() => undefined);
  });

  it.each([OLD, NEW])('deploys %s, a server at a time', async (version) => {
    const deployed = await stage.deploy(version, { skip_tests: true, ...rolling() });
    const { failure, status } = await deployed.end();
    expect(failure).toBeNull();
    // The first of all has nobody to take over from.
    if (version === NEW) expect(status.withoutServiceMs).toBe(0);
    digests[version] = await pushed(version);
    expect(await serving()).toEqual(await versionOn(version));
  });

  it('goes back: the former image is in the registry, and used again', async () => {
    const deployed = await stage.deploy(OLD, { skip_tests: true, ...rolling() });
    const { failure, status } = await deployed.end();
    expect(failure).toBeNull();
    expect(status.withoutServiceMs).toBe(0);
    expect(await pushed(OLD)).toBe(digests[OLD]);
    expect(await serving()).toEqual(await versionOn(OLD));
  });

  it('keeps serving where a version of PyPI does not start', async () => {
    const deployed = await stage.deploy(BROKEN, { skip_tests: true, ...rolling() });
    const { failure, status } = await deployed.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    // The last lines of the service's own output.
    expect(failure?.message).toContain('Worker failed to boot');
    expect(status.withoutServiceMs).toBe(0);
    expect(await serving()).toEqual(await versionOn(OLD));
  });

  async function pushed(version: string): Promise<string> {
    const digest = await digestOfTag(REPOSITORY, `${version}-development`);
    if (digest === null) throw new Error(`the registry has no ${version}`);
    return digest;
  }

  /** What a fleet looks like that runs this version. */
  async function versionOn(version: string): Promise<unknown> {
    const digest = await pushed(version);
    return stage.servers.map(({ name }) => ({
      name,
      running: [digest],
      admin: 'ready',
      answers: 200,
    }));
  }

  async function serving(): Promise<unknown> {
    const { servers, pool } = await labState(stage);
    const rows = stage.servers.map(async ({ name, address }) => ({
      name,
      running: servers[name]?.running,
      admin: pool[name]?.admin,
      answers: (await fetch(`http://${address}:8080/get`)).status,
    }));
    return Promise.all(rows);
  }
});

const file = parse(readFileSync(join(EXAMPLE, 'runsheet.yaml'), 'utf8')) as Example;

/** The default of the example's environment, as a request says it. */
function rolling(): Readonly<Record<string, Json>> {
  const { development } = file['environments'] as {
    development: { rolling: Record<string, Json> };
  };
  return development.rolling;
}

/** The example's runsheet.yaml; servers, registry and HAProxy are the lab's. */
function example(): { settings: Section; health: Section; balancer: Section } {
  const { verify, floor } = file['balancer'] ?? {};
  return {
    settings: {
      service: file['service'],
      source: { kind: 'folder', path: FOLDER },
      commands: file['commands'],
      image: { ...file['image'], repository: REPOSITORY, minimum_free: '64MiB' },
      runtime: file['runtime'],
      container: file['container'],
      // Beside four other test files, it is not the service that 50 requests a second would measure.
      health: { ...file['health'], performance: { path: '/get', requests: 20, per_second: 10 } },
      files: [],
    },
    health: {},
    balancer: { verify, floor },
  };
}

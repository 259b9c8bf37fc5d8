/** Going back to a version that a server has kept, and what stays for that: real processes. */
import { describe, expect, it } from 'vitest';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import type { DeploymentRecord } from '../../../src/ports/record-store.ts';
import { commandOf, type EmbeddedStage, setEmbeddedStage, V1 } from './embedded-stage.ts';
import { run } from './stage.ts';

const RUN_1 = 'aaaaaaaa-0000-4000-8000-000000000001';
const RUN_2 = 'aaaaaaaa-0000-4000-8000-000000000002';
const RUN_3 = 'aaaaaaaa-0000-4000-8000-000000000003';
const AS_V1 = { version: 'v1', name: 'one', token: 'correct horse' };
const AS_V2 = { version: 'v2', name: 'two', token: 'correct horse' };
const V2: ProjectSettings = {
  ...V1,
  runtime: { ...V1.runtime, environment: { ...V1.runtime.environment, NAME: 'two' } },
  files: V1.files.map((file) => ({ ...file, values: { name: 'two' } })),
};
/** What runsheet.yaml says when somebody rolls back: it would start nothing. */
const NOW: ProjectSettings = {
  ...V2,
  runtime: { ...V2.runtime, command: commandOf('datasett') },
};
const BACK = ['service.stop', 'config.return', 'release.start'] as const;

/** v1, then v2 ran there, each as its own run has left it. */
async function stageOnV2(): Promise<EmbeddedStage> {
  const stage = await setEmbeddedStage();
  await stage.deploy(RUN_1, 'v1', stage.first, V1);
  await stage.finish(RUN_1, V1);
  await stage.deploy(RUN_2, 'v2', stage.second, V2);
  await stage.finish(RUN_2, V2);
  await expect.poll(() => stage.about(), { timeout: 20_000 }).toEqual(AS_V2);
  return stage;
}

function recordOf(stage: EmbeddedStage, digest: string, at: number): DeploymentRecord {
  return {
    requestId: `request-${at}`,
    workflowId: `deploy-${at}`,
    service: stage.service,
    environment: run.environment,
    version: digest === stage.first ? 'v1' : 'v2',
    revision: null,
    digest,
    planDigest: 'sha256:plan',
    outcome: 'succeeded',
    requestedBy: 'alice',
    approvals: [],
    startedAtMs: at,
    durationMs: 1,
    servers: [],
    report: '',
  };
}

const configurationOf = (stage: EmbeddedStage) =>
  stage.shell(`cat ${stage.baseFolder}/config/app.conf`);

describe('a version that was kept', () => {
  it('comes back with all that it ran with, whatever runsheet.yaml says now', async () => {
    const stage = await stageOnV2();
    const before = await stage.probe();
    const kept = await stage.act('release.check', RUN_3, 'v1', stage.first, NOW);
    expect(kept.evidence.join()).toContain('has kept v1');
    for (const action of BACK) await stage.act(action, RUN_3, 'v1', stage.first, NOW);
    expect(await stage.about()).toEqual(AS_V1);
    expect(await configurationOf(stage)).toBe('name=one');
    // Twice, as after a worker that died: the same again, and nothing is started anew.
    for (const action of BACK.slice(1)) await stage.act(action, RUN_3, 'v1', stage.first, NOW);
    const starts = await stage.shell(`grep -c . ${stage.baseFolder}/services/tiny/starts`);
    expect(starts).toBe('3');
    expect((await stage.probe()).release).toMatchObject({ version: 'v1', runId: RUN_3 });

    // The run that went back fails: what ran before it comes back in the same way.
    await stage.undo(RUN_3, before, NOW);
    expect(await stage.about()).toEqual(AS_V2);
    expect(await configurationOf(stage)).toBe('name=two');
  });

  it('is refused where the server has not kept it, and names what it has', async () => {
    const stage = await setEmbeddedStage();
    await stage.deploy(RUN_1, 'v1', stage.first, V1);
    const check = stage.act('release.check', RUN_3, 'v2', stage.second, NOW);
    await expect(check).rejects.toMatchObject({ type: 'RELEASE_NOT_KEPT' });
    await expect(check).rejects.toThrow(/it has: v1/u);
  });

  it('is refused where a configuration file of it is gone', async () => {
    const stage = await stageOnV2();
    await stage.shell(`rm ${stage.baseFolder}/services/tiny/files/*`);
    const check = stage.act('release.check', RUN_3, 'v1', stage.first, NOW);
    await expect(check).rejects.toThrow(/configuration files config\/app\.conf of v1/u);
    const back = stage.act('config.return', RUN_3, 'v1', stage.first, NOW);
    await expect(back).rejects.toMatchObject({ type: 'RELEASE_NOT_KEPT' });
  });

  it('is started beside no other', async () => {
    const stage = await stageOnV2();
    const start = stage.act('release.start', RUN_3, 'v1', stage.first, NOW);
    await expect(start).rejects.toMatchObject({ type: 'CONFLICT' });
  });
});

describe('the version to go back to', () => {
  it('is the one on record, and refused without a record', async () => {
    const stage = await setEmbeddedStage();
    const find = () => stage.act('release.find', RUN_3, 'v1', stage.first, V1);
    await stage.ports.records.write(recordOf(stage, stage.second, 1));
    await expect(find()).rejects.toThrow(/on record: v2/u);
    await stage.ports.records.write(recordOf(stage, stage.first, 2));
    expect((await find()).image?.digest).toBe(stage.first);
  });
});

describe('a success', () => {
  const KEEP_NONE: ProjectSettings = { ...V2, runtime: { ...V2.runtime, keepReleases: 0 } };
  const releases = (stage: EmbeddedStage) =>
    stage.shell(`ls ${stage.baseFolder}/services/tiny/releases | wc -l`);
  const files = (stage: EmbeddedStage) =>
    stage.shell(`ls ${stage.baseFolder}/services/tiny/files | wc -l`);

  it('never removes the last version that is on record as good', async () => {
    const stage = await stageOnV2();
    await stage.ports.records.write(recordOf(stage, stage.first, 1));
    await stage.ports.records.write(recordOf(stage, stage.second, 2));
    await stage.finish(RUN_2, KEEP_NONE);
    expect(await releases(stage)).toBe('2');
    expect(await files(stage)).toBe('2');
    for (const action of BACK) await stage.act(action, RUN_3, 'v1', stage.first, NOW);
    expect(await stage.about()).toEqual(AS_V1);
  });

  it('keeps the version that it has left as well as the one that a rollback leads to', async () => {
    const stage = await stageOnV2();
    // Back on v2 from a third one; v1 is what was there before.
    const third = { ...recordOf(stage, `sha256:${'3'.repeat(64)}`, 3), version: 'v3' };
    for (const [at, digest] of [stage.first, stage.second].entries())
      await stage.ports.records.write(recordOf(stage, digest, at + 1));
    await stage.ports.records.write(third);
    await stage.finish(RUN_2, KEEP_NONE);
    expect(await releases(stage)).toBe('2');
  });

  it('removes what never was, with its settings and files', async () => {
    const stage = await stageOnV2();
    await stage.finish(RUN_2, KEEP_NONE);
    expect(await releases(stage)).toBe('1');
    expect(await files(stage)).toBe('1');
  });

  it('removes nothing where the records do not answer', async () => {
    const stage = await stageOnV2();
    stage.ports.records.succeeded = () => Promise.reject(new Error('gone'));
    await stage.finish(RUN_2, KEEP_NONE);
    expect(await releases(stage)).toBe('2');
  });
});

describe('what is half done', () => {
  it('is cleared away, and nothing else', async () => {
    const stage = await stageOnV2();
    const folder = `${stage.baseFolder}/services/tiny`;
    await stage.shell(`touch ${folder}/current.part ${folder}/manifests/x.1.part`);
    const tidied = await stage.act('service.tidy', RUN_3, 'v1', stage.first, V1);
    expect(tidied.evidence).toEqual(['removed 2 half-written files']);
    const again = await stage.act('service.tidy', RUN_3, 'v1', stage.first, V1);
    expect(again.evidence).toEqual(['no file is half written']);
    expect(await stage.about()).toEqual(AS_V2);
  });
});

describe('the version that a repair settles on', () => {
  const settle = (stage: EmbeddedStage, version: string) =>
    stage.act('release.settle', RUN_3, version, stage.first, V1);

  it('is one that a server runs or has kept, on record or not', async () => {
    const stage = await stageOnV2();
    expect((await settle(stage, 'v1')).image?.digest).toBe(stage.first);
    expect((await settle(stage, 'v2')).image?.digest).toBe(stage.second);
    await expect(settle(stage, 'v3')).rejects.toThrow(/they have: v2, v1/u);
  });

  it('is refused where two releases have its name', async () => {
    const stage = await setEmbeddedStage();
    await stage.deploy(RUN_1, 'v1', stage.first, V1);
    await stage.deploy(RUN_2, 'v1', stage.second, V1);
    await expect(settle(stage, 'v1')).rejects.toThrow(/several releases that are called v1/u);
  });

  it('is started with the settings of now where the server has never run it', async () => {
    const stage = await setEmbeddedStage();
    await stage.deploy(RUN_1, 'v1', stage.first, V1);
    await stage.act('service.stop', RUN_3, 'v2', stage.second, V2);
    await stage.act('config.return', RUN_3, 'v2', stage.second, V2);
    const started = await stage.act('release.start', RUN_3, 'v2', stage.second, V2);
    expect(started.evidence.join()).toContain("started with this run's settings");
    expect(await stage.about()).toEqual(AS_V2);
    expect(await configurationOf(stage)).toBe('name=two');
  });
});

/**
 * The seed's steps with an image that CI built, without a label of ours: tested in staging, and the
 * same digest promoted to production wherever its tag is by then. The servers tell what they run.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedText } from '../../e2e/support/stage.ts';
import { stepOf } from '../../e2e/support/stage-run.ts';
import { pushImage } from '../docker/support/images.ts';
import { goodServer } from '../support/project.ts';
import { run } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';
import { moveTag } from '../verifier/registry.ts';

const VERSION = 'v1.0.0';
const REVISION = 'org.opencontainers.image.revision';
const STAGING = 2;

/** The seed under another name, with this in place of its step 3. */
function seedWith(id: string, step: string): string {
  const text = seedText
    .replaceAll('deployment_workflow_v1', id)
    .replaceAll('deployment.md', `${id}.md`)
    .replace(
      /### 3\.[\s\S]*?(?=### 4\.)/u,
      () => `### 3. 镜像 [action]\n**执行内容**:\n${step}\n\n`,
    )
    .replace('  skip_tests:\n', '  image: {type: string, required: false}\n\n  skip_tests:\n');
  if (!text.includes(step) || !text.includes('image: {')) throw new Error('the seed has changed');
  return text;
}

describe('an image that CI built', () => {
  let stage: LabStage;
  let staging: readonly string[];
  let production: readonly string[];
  let digest = '';
  let stagingRun = '';

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'promotion',
      environment: 'production',
      servers: 2 * STAGING,
      listed: (servers) => servers.slice(STAGING).map((server) => goodServer(server)),
      others: (servers) => ({
        staging: servers.slice(0, STAGING).map((server) => goodServer(server)),
      }),
      templates: {
        'ci_image.md': seedWith('ci_image', '- 使用已构建的镜像（`${image}`）'),
        'promote.md': seedWith('promote', '- 沿用 staging 已验证的镜像'),
      },
    });
    const names = stage.servers.map(({ name }) => name);
    staging = names.slice(0, STAGING);
    production = names.slice(STAGING);
    const commit = await run(['git', 'rev-parse', `${VERSION}^{commit}`], { cwd: stage.folder });
    const labels = { [REVISION]: commit.trim() };
    digest = await pushImage(stage.repository, VERSION, { labels });
    await pushImage(stage.repository, 'v2.0.0', { labels });
  });
  afterAll(() => stage?.close());

  const runningOn = async (names: readonly string[]) => {
    const { servers } = await labState(stage);
    return names.map((name) => servers[name]?.running);
  };

  it('is not promoted before staging has verified it: no server is touched', async () => {
    const promotion = await stage.deploy(VERSION, {}, { type: 'promote', servers: production });
    const { failure, status } = await promotion.end();
    expect(status.failure?.step).toBe(3);
    expect(failure?.message).toContain(`${VERSION} 在 staging 成功的发布`);
    expect(await runningOn(production)).toEqual([[], []]);
  });

  it('is refused where it is of another commit than the version', async () => {
    const other = { environment: 'staging', image: VERSION };
    const refused = await stage.deploy('v2.0.0', other, { type: 'ci_image', servers: staging });
    const { status } = await refused.end();
    expect(status.failure?.step).toBe(3);
    const matches = stepOf(status, 3).criteria.find(({ fact }) => fact === 'image.commit_matches');
    expect(matches).toMatchObject({ value: false, passed: false });
    expect(await runningOn(staging)).toEqual([[], []]);
  });

  it('is deployed to staging by its digest, found by its tag', async () => {
    const image = `${stage.repository}:${VERSION}`;
    const where = { environment: 'staging', image };
    const first = await stage.deploy(VERSION, where, { type: 'ci_image', servers: staging });
    const { failure, status } = await first.end();
    expect(failure).toBeNull();
    const passed = stepOf(status, 3).criteria.map((each) => [each.fact, each.passed]);
    expect(passed).toEqual([
      ['image.commit_matches', true],
      ['image.platform_fits', true],
    ]);
    stagingRun = first.id;
    await expectOnly(stage, { digest, version: VERSION, servers: staging });
    expect(await runningOn(production)).toEqual([[], []]);
  });

  it('is promoted to production, the same digest, though its tag was moved', async () => {
    await moveTag(stage.repository, VERSION, 'v2.0.0');
    const promotion = await stage.deploy(VERSION, {}, { type: 'promote', servers: production });
    const waiting = await promotion.untilWaiting();
    const evidence = stepOf(waiting, 3).tasks.flatMap((task) => task.evidence);
    expect(evidence.join('\n')).toContain(stagingRun);
    expect(evidence.join('\n')).toContain(digest);
    await promotion.approve();
    expect((await promotion.end()).failure).toBeNull();
    await expectOnly(stage, { digest, version: VERSION });
  });
});

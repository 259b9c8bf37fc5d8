/** What an image says of itself, held against the version and the servers. */
import type { Reading } from '../../actions/define.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunRef, SourcePin } from '../../plan/run.ts';
import type { DeploymentRecord } from '../../ports/record-store.ts';
import type { RegistryImage } from '../../ports/registry.ts';
import { line } from '../evidence.ts';

/** null: it could not be measured; the line says why. */
export interface Look<Value> {
  readonly reading: Reading<Value> | null;
  readonly line: string;
}

/** Labels by which builds name their commit: OCI's, its predecessor's, OpenShift's, and our own. */
const COMMIT_LABELS = [
  'org.opencontainers.image.revision',
  'org.label-schema.vcs-ref',
  'io.openshift.build.commit.id',
  'runsheet.revision',
] as const;
/** As many characters of a commit as `git rev-parse --short` gives at least. */
const SHORT_COMMIT = /^[0-9a-f]{7,64}$/u;
/** Of the registry's or the builder's clock. */
const CLOCKS_APART_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What labels hold is anybody's. */
function measured<Value>(value: Value, text: string): Look<Value> {
  const shown = line(text);
  return { reading: { value, detail: shown }, line: shown };
}

/** Of the image for each platform of the servers: all of them are of the version's commit. */
export function lookAtCommit(
  run: RunRef,
  source: SourcePin,
  images: readonly RegistryImage[],
): Look<boolean> {
  if (source.kind !== 'git') {
    const zh = '未比较提交：源代码不是 git 仓库';
    return {
      reading: null,
      line: say(run, zh, 'commit not compared: the source is no repository'),
    };
  }
  const commits = images.map(({ labels }) => commitIn(labels));
  const other = commits.find((each) => each !== null && !isOf(each.commit, source.revision));
  const { label = '', commit = '' } = other ?? commits[0] ?? {};
  if (other === undefined && commits.some((each) => each === null)) {
    const zh = `未比较提交：镜像没有 ${COMMIT_LABELS[0]} 标签`;
    const en = `commit not compared: the image has no label ${COMMIT_LABELS[0]}`;
    return { reading: null, line: say(run, zh, en) };
  }
  const { version } = run;
  const { revision } = source;
  return other === undefined
    ? measured(
        true,
        say(
          run,
          `提交 ${commit} 即 ${version}（${label}）`,
          `commit ${commit} is ${version} (${label})`,
        ),
      )
    : measured(
        false,
        say(
          run,
          `镜像的提交是 ${commit}（${label}），而 ${version} 是 ${revision}`,
          `the image is of commit ${commit} (${label}), and ${version} is ${revision}`,
        ),
      );
}

/** Of a release that was verified before: it was of the commit that the version stands for now. */
export function lookAtVerifiedCommit(
  run: RunRef,
  { revision: now }: SourcePin,
  { environment, revision: then }: Pick<DeploymentRecord, 'environment' | 'revision'>,
): Look<boolean> {
  const { version } = run;
  if (then === null) {
    const zh = '未比较提交：部署记录中没有提交';
    return { reading: null, line: say(run, zh, 'commit not compared: the record knows none') };
  }
  return then === now
    ? measured(true, say(run, `提交 ${then}`, `commit ${then}`))
    : measured(
        false,
        say(
          run,
          `${environment} 验证的是提交 ${then}，而 ${version} 现在是 ${now}`,
          `${environment} verified commit ${then}, and ${version} is ${now} now`,
        ),
      );
}

/** How long ago the oldest of them was built. */
export function lookAtAge(
  run: RunRef,
  images: readonly RegistryImage[],
  nowMs: number,
): Look<number> {
  const times = images.map(({ createdAtMs }) => createdAtMs);
  const known = times.filter((each) => each !== null);
  const oldest = Math.min(...known);
  if (known.length < times.length || known.length === 0 || oldest > nowMs + CLOCKS_APART_MS) {
    const zh = '镜像没有可信的构建时间';
    return { reading: null, line: say(run, zh, 'the image does not say when it was built') };
  }
  const ageMs = Math.max(0, nowMs - oldest);
  const at = new Date(oldest).toISOString().replace(/\.\d+Z$/u, 'Z');
  const { zh, en } = agoOf(ageMs);
  return measured(ageMs, say(run, `构建于 ${at}（${zh}前）`, `built at ${at} (${en} ago)`));
}

/**
 * Every platform of the servers is one that the image is for.
 * @param servers server → its platform, as far as they are known
 */
export function lookAtPlatform(
  run: RunRef,
  { platforms }: RegistryImage,
  servers: ReadonlyMap<string, string>,
): Look<boolean> {
  if (platforms.length === 0 || servers.size === 0) {
    const zh = '未比较平台：镜像或服务器没有说明';
    const en = 'platform not compared: the image or the servers do not say theirs';
    return { reading: null, line: say(run, zh, en) };
  }
  const offered = platforms.join(', ');
  const [unfit] = [...servers].filter(([, platform]) => !platforms.includes(platform));
  if (unfit === undefined) {
    const asked = [...new Set(servers.values())].join(', ');
    return measured(
      true,
      say(run, `平台 ${asked}，镜像有 ${offered}`, `platform ${asked}, the image has ${offered}`),
    );
  }
  const [server, platform] = unfit;
  return measured(
    false,
    say(
      run,
      `${server} 是 ${platform}，镜像只有 ${offered}`,
      `${server} is ${platform}, the image is for ${offered} only`,
    ),
  );
}

function commitIn(labels: RegistryImage['labels']): { label: string; commit: string } | null {
  for (const label of COMMIT_LABELS) {
    const commit = labels[label]?.trim() ?? '';
    if (commit !== '') return { label, commit };
  }
  return null;
}

function isOf(commit: string, revision: string): boolean {
  const named = commit.toLowerCase();
  return SHORT_COMMIT.test(named) && revision.startsWith(named);
}

function agoOf(ms: number): { zh: string; en: string } {
  if (ms < 2 * HOUR_MS) {
    const minutes = Math.floor(ms / 60_000);
    return { zh: ` ${minutes} 分钟`, en: `${minutes} min` };
  }
  if (ms < 2 * DAY_MS) {
    const hours = Math.floor(ms / HOUR_MS);
    return { zh: ` ${hours} 小时`, en: `${hours} h` };
  }
  const days = Math.floor(ms / DAY_MS);
  return { zh: ` ${days} 天`, en: `${days} days` };
}

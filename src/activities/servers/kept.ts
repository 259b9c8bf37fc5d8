/** Going back to a version that is kept: which release it is, whether all is there, and its start. */
import type {
  checkKept,
  findRelease,
  settleVersion,
  startKept,
} from '../../actions/servers/kept.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImagePin } from '../../plan/run.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { createAtOnce } from './at-once.ts';
import { type OnServer, reading, type ServerPorts, shortDigest } from './context.ts';
import { startFormer } from './former.ts';
import { filesLost, lostFiles } from './kept-files.ts';
import { latestManifest, manifestsKept } from './kept-manifests.ts';
import type { ReleaseSettings } from './manifest.ts';
import { heartbeatWhile } from './pace.ts';
import { waitUntilReady } from './ready.ts';

/** Connections that are opened at the same time. */
const AT_ONCE = 20;

/** release.find: what the last run of this version that succeeded here deployed. */
export async function find(
  ports: ServerPorts,
  { run }: WorkOf<typeof findRelease>,
  settings: ImageSettings,
): Promise<OutcomeOf<typeof findRelease>> {
  const { service, environment, version } = run;
  const record = await heartbeatWhile(() =>
    ports.records.lastSucceeded({ service, environment, version }),
  );
  if (record === null || record.digest === null) {
    const good = await heartbeatWhile(() => ports.records.succeeded({ service, environment }, 20));
    const versions = [...new Set(good.map((each) => each.version))];
    const named = { service, environment, version, versions: listed(versions) };
    throw diagnosed(run, diagnose('RELEASE_NOT_KEPT', 'noRecord', named));
  }
  const detail = say(
    run,
    `${version} 由 ${record.workflowId} 成功部署过（${shortDigest(record.digest)}）`,
    `${version} was deployed here by ${record.workflowId} (${shortDigest(record.digest)})`,
  );
  return {
    facts: { 'release.on_record': reading(true, detail) },
    evidence: [detail],
    image: pinOf(settings, record.digest),
  };
}

/**
 * release.settle: the one release that the servers know under this version, whether or not it has ever
 * succeeded. Several with one name, or none, and nothing is begun: nobody guesses.
 */
export async function settle(
  ports: ServerPorts,
  { run, servers }: WorkOf<typeof settleVersion>,
  settings: ImageSettings,
): Promise<OutcomeOf<typeof settleVersion>> {
  const atOnce = createAtOnce(AT_ONCE);
  const known = await heartbeatWhile(() =>
    Promise.all(servers.map((server) => atOnce(1, () => knownOn(ports, { run, server })))),
  );
  const all = known.flat();
  const digests = [
    ...new Set(all.filter(({ version }) => version === run.version).map(({ digest }) => digest)),
  ];
  const [digest] = digests;
  if (digest === undefined) {
    const versions = listed([...new Set(all.map(({ version }) => version))]);
    const named = { version: run.version, versions };
    throw diagnosed(run, diagnose('RELEASE_NOT_KEPT', 'nowhere', named));
  }
  if (digests.length > 1) {
    const named = { version: run.version, digests: digests.map(shortDigest) };
    throw diagnosed(run, diagnose('RELEASE_NOT_KEPT', 'several', named));
  }
  const detail = say(
    run,
    `各服务器统一到 ${run.version}（${shortDigest(digest)}）`,
    `every server is to run ${run.version} (${shortDigest(digest)})`,
  );
  return {
    facts: { 'release.settled': reading(true, detail) },
    evidence: [detail],
    image: pinOf(settings, digest),
  };
}

/** release.check: all that the version ran with is on the server; reads only. */
export async function check(
  ports: ServerPorts,
  input: WorkOf<typeof checkKept>,
): Promise<OutcomeOf<typeof checkKept>> {
  const { run, server, image } = input;
  const { digest } = image;
  const kept = await heartbeatWhile(() =>
    latestManifest(ports, input, { digest, version: run.version }),
  );
  if (kept === null) {
    const { manifests } = await heartbeatWhile(() => manifestsKept(ports, input));
    const versions = listed([...new Set(manifests.map(({ version }) => version))]);
    const named = { server, version: run.version, versions };
    throw diagnosed(run, diagnose('RELEASE_NOT_KEPT', 'server', named));
  }
  const lost = await heartbeatWhile(() => lostFiles(ports, input, kept));
  if (lost.length > 0) throw filesLost(input, lost);
  const { present } = await ports.runtime.inspect(server, run.service);
  const isThere = present.includes(digest);
  const detail = isThere
    ? say(run, `保留着 ${run.version}`, `has kept ${run.version}`)
    : say(
        run,
        `保留着 ${run.version} 的运行设置；镜像将重新拉取`,
        `has kept what ${run.version} ran with; its image is fetched again`,
      );
  return { facts: { 'release.kept': reading(true, detail) }, evidence: [detail] };
}

/** release.start: as the server kept it, and ready by its own health check; already running: only that. */
export async function startAsItRan(
  ports: ServerPorts,
  input: WorkOf<typeof startKept>,
  settings: ReleaseSettings,
): Promise<OutcomeOf<typeof startKept>> {
  const { server, run, image } = input;
  const { digest } = image;
  const wanted = { digest, version: run.version };
  const state = await ports.runtime.inspect(server, run.service);
  if (state.running && state.release?.digest !== digest) {
    const version = state.release?.version ?? { zh: '另一个版本', en: 'another version' };
    throw diagnosed(run, diagnose('CONFLICT', 'serviceStillRuns', { server, version }));
  }
  const kept = await heartbeatWhile(() => latestManifest(ports, input, wanted));
  const lines: string[] = [];
  if (!state.running) {
    const names = { runId: run.requestId, undoes: run.requestId };
    lines.push(await startFormer(ports, input, settings, wanted, kept, names));
  }
  lines.push(await waitUntilReady(ports, input, kept?.health ?? settings.health, kept?.port));
  const { running, release } = await ports.runtime.inspect(server, run.service);
  const runs = running && release?.digest === digest;
  const detail = say(
    run,
    `${runs ? '正在' : '没有'}运行 ${run.version}（${shortDigest(digest)}）`,
    `${runs ? 'runs' : 'does not run'} ${run.version} (${shortDigest(digest)})`,
  );
  return { facts: { 'release.started': reading(runs, detail) }, evidence: [...lines, detail] };
}

async function knownOn(
  ports: ServerPorts,
  input: OnServer,
): Promise<readonly { readonly version: string; readonly digest: string }[]> {
  const [{ release }, { manifests }] = await Promise.all([
    ports.runtime.inspect(input.server, input.run.service),
    manifestsKept(ports, input),
  ]);
  return [...(release === null ? [] : [release]), ...manifests];
}

function pinOf({ repository }: ImageSettings, digest: string): ImagePin {
  return { reference: `${repository}@${digest}`, tag: '', digest };
}

function listed(versions: readonly string[]): string {
  return versions.length === 0 ? '–' : versions.slice(0, 20).join(', ');
}

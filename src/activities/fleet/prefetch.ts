/** The release on a server before its service is interrupted. */

import { Context } from '@temporalio/activity';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ActionResult, ImagePin } from '../../plan/run.ts';
import type { ImageSettings, RuntimeSettings } from '../../plan/settings.ts';
import { beat } from '../context.ts';
import { line } from '../evidence.ts';
import { diagnosed, wordsOf } from '../failures.ts';
import { type OnServer, seconds, shortDigest } from '../servers/context.ts';
import { removeManifestsFor } from '../servers/manifest-file.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { runsOn } from './platform.ts';
import type { FleetPorts } from './ports.ts';

/**
 * Makes room, then fetches by digest where it is missing; what has been fetched so far stands in the
 * heartbeats.
 */
export async function prefetch(
  ports: FleetPorts,
  input: OnServer & { readonly image: ImagePin },
  { repository }: ImageSettings,
  { keepReleases }: RuntimeSettings,
): Promise<ActionResult> {
  const { server, run, image } = input;
  const { digest } = image;
  const context = Context.current();
  const startedMs = performance.now();
  await heartbeatWhile(() => refuseForeign(ports, input, repository));
  const room = await makeRoom(ports, input, keepReleases);
  await heartbeatWhile((signal) =>
    ports.runtime.pull(
      server,
      run.service,
      { repository, digest },
      { signal, onProgress: (text) => beat(context, text) },
    ),
  );
  const time = seconds(performance.now() - startedMs);
  const detail = say(
    input.run,
    `${shortDigest(digest)} 已取到 ${server}（${time}）`,
    `${shortDigest(digest)} is on ${server} (${time})`,
  );
  return { facts: [], evidence: [...room.evidence, detail], warnings: room.warnings };
}

type Room = Required<Pick<ActionResult, 'evidence' | 'warnings'>>;

/**
 * Releases that earlier runs fetched and never started go, beyond the newest, with what they would have
 * run with: the fetch may need their space. Where that fails, the fetch is tried all the same.
 */
async function makeRoom(
  ports: FleetPorts,
  input: OnServer & { readonly image: ImagePin },
  keep: number,
): Promise<Room> {
  const { server, run, image } = input;
  try {
    const gone = await heartbeatWhile(() =>
      ports.runtime.pruneFetched(server, run.service, keep, image.digest),
    );
    await removeManifestsFor(ports, input, gone);
    if (gone.length === 0) return { evidence: [], warnings: [] };
    const removed = say(
      run,
      `已删除 ${gone.length} 个拉取后从未启动的旧版本`,
      `removed old releases that were fetched and never started: ${gone.length}`,
    );
    return { evidence: [removed], warnings: [] };
  } catch (error) {
    await endIfCancelled();
    const { zh, en } = wordsOf(error);
    const kept = say(
      run,
      `拉取后从未启动的旧版本未能清理：${zh}`,
      `old releases that were fetched and never started could not be removed: ${en}`,
    );
    return { evidence: [], warnings: [line(kept)] };
  }
}

/** Another processor's image is fetched without a word, and fails when it is started. */
async function refuseForeign(
  ports: FleetPorts,
  { server, run, image }: OnServer & { readonly image: ImagePin },
  repository: string,
): Promise<void> {
  const port = ports.hosts.get(server).servicePort;
  const [{ platform }, found] = await Promise.all([
    ports.runtime.examine(server, run.service, port),
    ports.registry.resolve(repository, image.digest),
  ]);
  const offered = found?.platforms ?? [];
  if (runsOn(offered, platform)) return;
  const named = { server, platform: String(platform), digest: shortDigest(image.digest), offered };
  throw diagnosed(run, diagnose('PLATFORM_MISMATCH', 'image', named));
}

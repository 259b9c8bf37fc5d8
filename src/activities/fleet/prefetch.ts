/** The release on a server before its service is interrupted. */

import { Context } from '@temporalio/activity';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ActionResult, ImagePin } from '../../plan/run.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import { type OnServer, seconds, shortDigest } from '../servers/context.ts';
import { heartbeatWhile } from '../servers/pace.ts';
import { runsOn } from './platform.ts';
import type { FleetPorts } from './ports.ts';

/** Fetches by digest where it is missing; what has been fetched so far stands in the heartbeats. */
export async function prefetch(
  ports: FleetPorts,
  input: OnServer & { readonly image: ImagePin },
  { repository }: ImageSettings,
): Promise<ActionResult> {
  const { server, run, image } = input;
  const { digest } = image;
  const context = Context.current();
  const startedMs = performance.now();
  await heartbeatWhile(() => refuseForeign(ports, input, repository));
  await heartbeatWhile((signal) =>
    ports.runtime.pull(
      server,
      run.service,
      { repository, digest },
      { signal, onProgress: (text) => context.heartbeat(text) },
    ),
  );
  const time = seconds(performance.now() - startedMs);
  const detail = say(
    input.run,
    `${shortDigest(digest)} 已取到 ${server}（${time}）`,
    `${shortDigest(digest)} is on ${server} (${time})`,
  );
  return { facts: [], evidence: [detail] };
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

/** The release on a server before its service is interrupted. */
import { Context } from '@temporalio/activity';
import { say } from '../../diagnostics/language.ts';
import type { ActionResult, ImagePin } from '../../plan/run.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import { type OnServer, seconds, shortDigest } from '../servers/context.ts';
import { heartbeatWhile } from '../servers/pace.ts';
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

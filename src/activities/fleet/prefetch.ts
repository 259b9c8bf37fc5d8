/** The release on a server before its service is interrupted. */
import { Context } from '@temporalio/activity';
import { say } from '../../diagnostics/language.ts';
import type { ActionResult, ImagePin } from '../../plan/run.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import { problem } from '../failures.ts';
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
  const list = offered.join(', ');
  throw problem({
    code: 'PLATFORM_MISMATCH',
    message: say(
      run,
      `${server} 是 ${platform}，镜像 ${shortDigest(image.digest)} 只有 ${list}。`,
      `${server} is ${platform}, and the image ${shortDigest(image.digest)} is for ${list} only.`,
    ),
    remedy: say(
      run,
      '请在 image.docker.platforms 中列出各服务器的平台并重新构建。',
      'List the platforms of the servers in image.docker.platforms, and build it again.',
    ),
  });
}

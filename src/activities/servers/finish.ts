/** After success: the new release may start by itself again, and what a restore needed goes. */

import { say } from '../../diagnostics/language.ts';
import type { ActionResult } from '../../plan/run.ts';
import type { ConfigurationFile, RuntimeSettings } from '../../plan/settings.ts';
import { forgetFormerConfiguration } from './configuration.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { pruneManifests } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';

export async function finishOn(
  ports: ServerPorts,
  input: OnServer,
  { keepReleases }: RuntimeSettings,
  files: readonly ConfigurationFile[],
): Promise<ActionResult> {
  const { server } = input;
  await heartbeatWhile(() => ports.runtime.finish(server, input.run.service, keepReleases));
  await pruneManifests(ports, input);
  await forgetFormerConfiguration(ports, input, files);
  ports.notes.want(input.run.requestId, server, 'finished');
  const { present } = await ports.runtime.inspect(server, input.run.service);
  return {
    facts: [],
    evidence: [
      say(
        input.run,
        `收尾完成，服务器上保留 ${present.length} 个版本`,
        `finished, ${present.length} releases stay on the server`,
      ),
    ],
  };
}

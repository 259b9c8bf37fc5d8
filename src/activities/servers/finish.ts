/** After success: the new release may start by itself again, and what a restore needed goes. */

import { say } from '../../diagnostics/language.ts';
import type { ActionResult } from '../../plan/run.ts';
import type { ConfigurationFile, RuntimeSettings } from '../../plan/settings.ts';
import { forgetFormerConfiguration } from './configuration.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { pruneFiles } from './kept-files.ts';
import { lineOfReleases } from './line-of-releases.ts';
import { pruneManifests } from './manifest-file.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';
import { removeImported } from './repair-entries.ts';

const KEEP_ALL = 1_000;
/** The latest successes, among which another release than the one that runs is looked for. */
const RECORDS = 50;

export async function finishOn(
  ports: ServerPorts,
  input: OnServer,
  { keepReleases }: RuntimeSettings,
  files: readonly ConfigurationFile[],
): Promise<ActionResult> {
  const { server } = input;
  const { service } = input.run;
  const good = await goodBefore(ports, input);
  // Where nobody can say which one that is, all of them stay until the next success.
  const [keep, stay] = good === null ? [KEEP_ALL, []] : [keepReleases, good];
  await heartbeatWhile(() => ports.runtime.finish(server, service, keep, stay));
  await pruneManifests(ports, input);
  await pruneFiles(ports, input);
  // Where the records do not answer, it stays for the next success.
  await removeImported(ports, input).catch(endIfCancelled);
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

/**
 * Beside the one that runs now, the last release that was recorded good here, and the one to which a
 * rollback leads: after one they differ. null: the records do not answer.
 */
async function goodBefore(
  ports: ServerPorts,
  { server, run }: OnServer,
): Promise<readonly string[] | null> {
  const { service, environment } = run;
  const { release } = await ports.runtime.inspect(server, service);
  try {
    const found = await ports.records.succeeded({ service, environment }, RECORDS);
    const now = release?.digest ?? '';
    const digests = found.flatMap(({ digest }) => digest ?? []);
    // What runs now is not on record yet.
    const line = lineOfReleases([now, ...digests]);
    const isOther = (digest: string): boolean => digest !== now;
    return [
      ...new Set([...digests.filter(isOther).slice(0, 1), ...line.filter(isOther).slice(0, 1)]),
    ];
  } catch {
    await endIfCancelled();
    return null;
  }
}

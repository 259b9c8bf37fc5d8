/** The release on every server before the lock is taken and the service interrupted. */

import { isCancellation } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImagePin } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type PinnedPart, type TolerantParts } from '../run.ts';
import { changed, noteServer, warn } from '../showing/status.ts';
import { asStepFailure, messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { beats, fetches, summaryOf } from '../tasks/activities.ts';
import { exclude, tolerates } from './excluded.ts';
import { serversInRun } from './scope.ts';
import { slidingWindow } from './sliding-window.ts';

/** Few at once: the registry must not be stopped by a whole fleet. @throws StepFailure, nothing changed */
export async function prefetch(run: TolerantParts & PinnedPart, step: number): Promise<void> {
  const { image } = run;
  if (image === undefined) return;
  const servers = serversInRun(run);
  let done = 0;
  await slidingWindow(servers, run.resolved.settings.image.fetchAtOnce, async (server) => {
    await fetchOn(run, step, server, image);
    done += 1;
    run.status.activity = say(
      run.ref,
      `${step} 预先拉取镜像：${done}/${servers.length}`,
      `${step} fetching the image ahead: ${done}/${servers.length}`,
    );
    changed(run);
  });
}

async function fetchOn(
  run: TolerantParts,
  step: number,
  server: string,
  image: ImagePin,
): Promise<void> {
  const phrase = say(run.ref, '预先拉取镜像', 'fetch the image ahead');
  const project = sectionsOf(run.resolved.settings, OPERATIONS.prefetchServer);
  noteServer(run, server, { doing: phrase });
  try {
    const seal = sealFor(run.resolved.proof, 'prefetchServer');
    const { warnings = [] } = await fetches.prefetchServer.executeWithOptions(
      { ...beats(run.resolved.settings), summary: summaryOf(step, server, phrase) },
      [{ run: run.ref, seal, server, project, image }],
    );
    for (const each of warnings) warn(run, `${server}: ${each}`);
  } catch (error) {
    if (isCancellation(error)) throw asStepFailure(error, step);
    const message = `${server} ${phrase}: ${messageOf(error)}`;
    if (!tolerates(run, step, server, error)) {
      throw new StepFailure(step, 'failed', typeOf(error), message);
    }
    exclude(run, step, server, error);
  } finally {
    noteServer(run, server, { doing: '' });
  }
}

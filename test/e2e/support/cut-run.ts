/** A run that is ended while it changes servers, and undoes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** A run to `version` is terminated while app-server-1 runs that, and app-server-2 nothing. */
export async function cutInTheMiddle(
  stage: Stage,
  version: string,
): Promise<{ id: string; letGo: () => void }> {
  const cut = await stage.deploy('production', version, { skip_tests: true });
  await cut.approveWhenAsked();
  const untilRuns = async (server: string, wanted: string | null): Promise<void> => {
    const deadlineMs = Date.now() + 60_000;
    while ((await stage.world.version(server)) !== wanted) {
      if (Date.now() > deadlineMs) throw new Error(`${server} never ran ${wanted}`);
      await sleep(5);
    }
  };
  await untilRuns('app-server-2', null);
  const letGo = await stage.world.holdService('app-server-2');
  await untilRuns('app-server-1', version);
  await cut.handle.terminate('gone');
  return { id: cut.id, letGo };
}

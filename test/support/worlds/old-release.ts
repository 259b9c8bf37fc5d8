/** What the servers of a world keep of the release that they run. */

import type { ServerPorts } from '../../../src/activities/servers/context.ts';
import { composeManifest } from '../../../src/activities/servers/manifest.ts';
import { writeManifest } from '../../../src/activities/servers/manifest-file.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { createFakeServerHosts } from '../../../src/adapters/fake/fake-server-hosts.ts';
import type { FakeWorld } from '../../../src/adapters/fake/fake-world.ts';
import type { RunRef } from '../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { EARLIER, OLD_VERSION } from './ground.ts';
import { OLD_SECRET, projectOf } from './project.ts';
import { isWrong, type World } from './world.ts';

/** Written as an earlier run has left it, when nothing was wrong yet. */
export async function leaveRecords(
  world: World,
  ports: ServerPorts,
  fake: FakeWorld,
  run: RunRef,
): Promise<void> {
  const before = { ...world, faults: [] };
  const settings = atThatTime(projectOf(before));
  for (const { name, old, isOnRecord } of world.servers) {
    const server = fake.server(name);
    if (old === 'never was' || !isOnRecord || server.last === null) continue;
    const isForeign = isWrong(world, 'settings of the old release signed by nobody known', name);
    const then: ServerPorts = {
      ...ports,
      hosts: createFakeServerHosts(fake),
      seal: isForeign ? createFakeSeal('of nobody') : ports.seal,
    };
    const { digest } = server.last;
    const started = { digest, version: OLD_VERSION, runId: EARLIER };
    const input = { run, server: name };
    await writeManifest(then, input, await composeManifest(then, input, settings, started));
    if (!isWrong(world, 'settings of the old release changed', name)) continue;
    for (const [path, file] of server.files) {
      server.files.set(path, { ...file, content: Buffer.from('{}') });
    }
  }
}

function atThatTime(settings: ProjectSettings): ProjectSettings {
  return { ...settings, runtime: { ...settings.runtime, environment: { TOKEN: OLD_SECRET } } };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import { assertSafeArchive } from '../../../src/adapters/archive/safe-archive.ts';
import { createProcessRuntime } from '../../../src/adapters/process-runtime/process-runtime.ts';
import { archiveFile, labelsFile } from '../../../src/adapters/registry/local-images.ts';
import { createOciRegistry } from '../../../src/adapters/registry/oci-registry.ts';
import { quoteArgv } from '../../../src/adapters/ssh/quote.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { startRegistry } from '../../../src/embedded/registry-server.ts';
import { stopAllServices } from '../../../src/embedded/ssh/stop-services.ts';
import type { ServerHosts } from '../../../src/ports/server-host.ts';
import { freePort } from '../../support/free-port.ts';
import { startTestServer } from '../ssh/embedded-servers.ts';

const SERVER = `
const { createServer } = require('node:http');
if (process.env.DEAF) process.on('SIGTERM', () => {});
const { PORT, RUNSHEET_VERSION, RUNSHEET_SERVER, SECRET } = process.env;
const about = { version: RUNSHEET_VERSION, server: RUNSHEET_SERVER, secret: SECRET, cwd: process.cwd() };
createServer((_q, a) => a.end(JSON.stringify(about))).listen(Number(PORT), '127.0.0.1');
`;

/** An embedded server and registry, two releases of a small HTTP service, and a runtime over them. */
export async function makeSubject() {
  const port = await freePort();
  const test = await startTestServer(port);
  const registryServer = await startRegistry({ folder: join(test.folder, 'registry') });
  const buildsFolder = join(test.folder, 'builds');
  const builder = createArchiveBuilder({ buildsFolder });
  const registry = createOciRegistry({ url: registryServer.url, buildsFolder });
  const hosts = createSshHosts([test.server]);
  const makeRuntime = (over: ServerHosts = hosts) =>
    createProcessRuntime({
      hosts: over,
      fetch: registry.fetch,
      assertSafe: assertSafeArchive,
      quote: quoteArgv,
    });
  const release = async (tag: string) => {
    const context = join(test.folder, tag);
    await mkdir(context);
    await writeFile(join(context, 'server.js'), `// ${tag}${SERVER}`);
    const request = {
      context,
      include: ['server.js'],
      repository: 'tiny',
      tag,
      labels: { 'runsheet.version': tag },
    };
    const { localReference } = await builder.build(request);
    return {
      repository: 'tiny',
      digest: (await registry.push(localReference, 'tiny', tag)).digest,
    };
  };
  return {
    test,
    hosts,
    makeRuntime,
    runtime: makeRuntime(),
    server: 's1',
    service: 'tiny',
    port,
    first: await release('v1'),
    second: await release('v2'),
    others: (count: number) =>
      Promise.all(Array.from({ length: count }, (_each, at) => release(`v${at + 3}`))),
    start: { command: ['node', 'server.js'], environment: {}, port },
    /** A release of these bytes, as a registry holds it that somebody got into. */
    async smuggle(archive: Buffer) {
      await writeFile(archiveFile(buildsFolder, 'tiny/evil'), archive);
      await writeFile(labelsFile(buildsFolder, 'tiny/evil'), '{}');
      const { digest } = await registry.push('tiny/evil', 'tiny', 'evil');
      return { repository: 'tiny', digest };
    },
    async occupyPort() {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
      return () => new Promise<void>((resolve) => other.close(() => resolve()));
    },
    async close() {
      await stopAllServices(test.server.baseFolder);
      await hosts.close();
      await registryServer.close();
      await test.close();
    },
  };
}

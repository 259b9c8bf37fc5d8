import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import { createOciRegistry } from '../../../src/adapters/registry/oci-registry.ts';
import { startRegistry } from '../../../src/embedded/registry-server.ts';
import { describeRegistryContract } from '../../contracts/registry.ts';

describeRegistryContract('fake', async () => {
  const registry = createFakeRegistry();
  return {
    registry,
    async build(tag, content, labels) {
      registry.built(`team/app/${tag}`, content, labels);
      return `team/app/${tag}`;
    },
    close: () => Promise.resolve(),
  };
});

describeRegistryContract('HTTP, to the embedded registry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-registry-'));
  const server = await startRegistry({ folder: join(folder, 'registry') });
  const buildsFolder = join(folder, 'builds');
  const builder = createArchiveBuilder({ buildsFolder });
  return {
    registry: createOciRegistry({ url: server.url, buildsFolder }),
    async build(tag, content, labels) {
      const context = join(folder, 'context');
      await mkdir(context, { recursive: true });
      await writeFile(join(context, 'app.js'), content);
      const request = { context, include: [], repository: 'team/app', tag, labels };
      return (await builder.build(request)).localReference;
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

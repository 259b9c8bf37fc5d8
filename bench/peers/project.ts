/**
 * The project that deploys the peers' service: a busybox web server in a container on every server of a
 * lab, with HAProxy in front. The lab's run directory describes it: hosts.json, key, HAProxy's socket.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface Lab {
  /** hosts.json, id_ed25519, haproxy.sock. */
  readonly folder: string;
  /** Where this machine pushes to and reads from, for example `127.0.0.1:5001`. */
  readonly push: string;
  /** Where the servers pull from. */
  readonly registry: string;
  /** The lab's engine, where images are built. */
  readonly dockerHost: string;
}

interface LabHost {
  readonly name: string;
  readonly ip: string;
  readonly hostKey: string;
}

export const SERVICE = 'app';
export const TASK_QUEUE = 'peers';

/** The peers' image with our labels: servers fetch the same layers, of which they have all but one. */
const dockerfile = (push: string): string => `ARG VERSION\nFROM ${push}/app:$VERSION\n`;

export async function hostsOf(lab: Lab): Promise<readonly LabHost[]> {
  return JSON.parse(await readFile(join(lab.folder, 'hosts.json'), 'utf8')) as LabHost[];
}

/** Writes runsheet.yaml and the source of the service into `folder`. */
export async function writeProject(folder: string, lab: Lab): Promise<void> {
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'Dockerfile'), dockerfile(lab.push));
  await writeFile(join(source, 'app.conf.template'), 'TAG=${version}\n');
  await writeFile(join(folder, 'runsheet.yaml'), stringify(projectFile(lab, await hostsOf(lab))));
}

function projectFile(lab: Lab, hosts: readonly LabHost[]): object {
  return {
    service: SERVICE,
    task_queue: TASK_QUEUE,
    source: { kind: 'folder', path: 'source' },
    commands: { compile: null, package: null },
    image: {
      kind: 'docker',
      repository: 'app-of-runsheet',
      docker: { args: { VERSION: '${version}' } },
    },
    registry: { url: `http://${lab.push}`, pull_url: `http://${lab.registry}` },
    runtime: { port: 8080, stop: { grace: '10s' } },
    container: { volumes: ['/etc/app:/etc/app:ro'], restart: 'unless-stopped' },
    files: [{ template: 'app.conf.template', path: '/etc/app/app.conf', mode: '0644' }],
    health: {
      path: '/healthz',
      timeout: '2s',
      ready: { successes: 3, interval: '50ms', limit: '30s' },
      smoke: [{ path: '/version', contains: '${version}' }],
      performance: { path: '/version', requests: 10, per_second: 100 },
    },
    balancer: {
      kind: 'haproxy',
      pool: 'app',
      url: 'http://127.0.0.1:8088',
      haproxy: [{ socket: join(lab.folder, 'haproxy.sock') }],
      verify: { requests: 90, path: '/version' },
    },
    environments: {
      development: {
        servers: hosts.map(({ name, ip, hostKey }) => ({
          name,
          host: ip,
          user: 'root',
          identity_file: join(lab.folder, 'id_ed25519'),
          host_keys: [hostKey],
        })),
      },
    },
  };
}

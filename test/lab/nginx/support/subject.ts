/** nginx with three services behind it, and our port over it. */
import { createNginx } from '../../../../src/adapters/nginx/nginx.ts';
import { createCommandRunner } from '../../../../src/adapters/process/command-runner.ts';
import type { LoadBalancer } from '../../../../src/ports/load-balancer.ts';
import { type Service, startService } from '../../haproxy/support/services.ts';
import { type NginxSetup, RunningNginx, UPSTREAM } from './running-nginx.ts';

export const POOL = 'web';

export interface Subject {
  readonly nginxes: readonly RunningNginx[];
  readonly nginx: RunningNginx;
  readonly services: readonly Service[];
  readonly balancer: LoadBalancer;
  /** A second worker of the project, which knows nothing of the first. */
  another(): LoadBalancer;
  close(): Promise<void>;
}

export interface SubjectSetup extends Partial<Omit<NginxSetup, 'servers'>> {
  readonly names?: readonly string[];
  readonly nginxes?: number;
  /** The server line of a service. Default: its address, which the project knows. */
  readonly line?: (name: string, port: number) => string;
}

const commands = createCommandRunner({ environment: process.env });

export async function startSubject(setup: SubjectSetup = {}): Promise<Subject> {
  const { names = ['s1', 's2', 's3'], nginxes: count = 1, line = plainLine, ...rest } = setup;
  const services = await Promise.all(names.map((name) => startService(name)));
  const servers = services.map(({ name, port }) => line(name, port));
  const nginxes = await Promise.all(
    Array.from({ length: count }, () => RunningNginx.start({ servers, ...rest })),
  );
  const [nginx] = nginxes;
  if (nginx === undefined) throw new Error('at least one nginx');
  const another = (): LoadBalancer =>
    createNginx({
      instances: nginxes.map(({ pidFile, command, upstreamFile }, index) => ({
        name: `nginx ${index + 1}`,
        pidFile,
        command,
        run: (argv, timeoutMs) => commands.run({ argv, cwd: '/', timeoutMs }),
        pools: {
          [POOL]: {
            file: upstreamFile,
            upstream: UPSTREAM,
            servers: () =>
              services.map(({ name, port }) => ({
                name,
                theirs: null,
                address: `127.0.0.1:${port}`,
              })),
          },
        },
      })),
      urls: { [POOL]: nginx.url },
    });
  return {
    nginxes,
    nginx,
    services,
    balancer: another(),
    another,
    async close() {
      await Promise.all(nginxes.map((each) => each.close()));
      await Promise.all(services.map((each) => each.stop()));
    },
  };
}

function plainLine(_name: string, port: number): string {
  return `server 127.0.0.1:${port};`;
}

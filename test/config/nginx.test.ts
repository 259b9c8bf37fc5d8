import { describe, expect, it } from 'vitest';
import { NGINX_CAPABILITIES } from '../../src/adapters/nginx/nginx.ts';
import { parseProject } from '../../src/config/load-project.ts';

const AROUND = `
environments:
  production: { servers: [web-1, web-2] }
  staging: { servers: [test-1] }
balancers:
  - { name: lb-1, host: 10.0.0.5, user: deploy, host_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5] }
`;

const parse = (balancer: string) =>
  parseProject('/p', `service: shop\n${AROUND}\nbalancer:\n${balancer}`);

const problems = (balancer: string): readonly string[] =>
  parse(balancer).diagnostics.map(({ place, message, remedy }) => {
    expect(message.zh).not.toBe(message.en);
    return `${place?.line}: ${message.en} → ${remedy?.en ?? ''}`;
  });

describe('balancer: kind nginx', () => {
  it('one nginx here and one on a machine of its own, a file for each environment', () => {
    const { project, diagnostics } = parse(`
  kind: nginx
  url: { production: http://10.0.0.5/, staging: http://10.0.0.5:81 }
  nginx:
    - { upstream_file: '/etc/nginx/runsheet/\${environment}.conf' }
    - server: lb-1
      upstream_file: /etc/nginx/shop.conf
      upstream: 'shop_\${environment}'
      pid_file: /var/run/nginx/nginx.pid
      command: [sudo, -n, /usr/sbin/nginx]
      environments: [production]
  names: { web-1: '10.0.0.11:8080' }
`);
    expect(diagnostics).toEqual([]);
    expect(project?.connections.balancer).toEqual({
      kind: 'nginx',
      at: {
        instances: [
          {
            server: null,
            pidFile: '/run/nginx.pid',
            command: ['/usr/sbin/nginx'],
            pools: {
              production: {
                file: '/etc/nginx/runsheet/production.conf',
                upstream: 'production',
                servers: ['web-1', 'web-2'],
              },
              staging: {
                file: '/etc/nginx/runsheet/staging.conf',
                upstream: 'staging',
                servers: ['test-1'],
              },
            },
          },
          {
            server: 'lb-1',
            pidFile: '/var/run/nginx/nginx.pid',
            command: ['sudo', '-n', '/usr/sbin/nginx'],
            pools: {
              production: {
                file: '/etc/nginx/shop.conf',
                upstream: 'shop_production',
                servers: ['web-1', 'web-2'],
              },
            },
          },
        ],
        names: { 'web-1': '10.0.0.11:8080' },
        urls: { production: 'http://10.0.0.5', staging: 'http://10.0.0.5:81' },
      },
    });
    expect(project?.settings.balancer.capabilities).toEqual(NGINX_CAPABILITIES);
  });

  it('one pool of two environments has the servers of both', () => {
    const { project } = parse(
      '  { kind: nginx, pool: app, url: http://lb, nginx: [{ upstream_file: /e/app.conf }] }',
    );
    expect(project?.connections.balancer.at).toMatchObject({
      instances: [{ pools: { app: { servers: ['web-1', 'web-2', 'test-1'] } } }],
    });
  });

  const FILE = 'nginx: [{ upstream_file: /e/app.conf }]';
  it.each([
    [
      '{ kind: nginx, url: http://lb }',
      /nginx is missing → add, for example, nginx: \[\{upstream_/u,
    ],
    [`{ kind: nginx, ${FILE} }`, /url is missing.*environment production/u],
    ['{ kind: nginx, url: http://lb, nginx: [{}] }', /upstream_file/u],
    ['{ kind: nginx, url: http://lb, nginx: [{ upstream_file: app.conf }] }', /absolute path/u],
    ['{ kind: nginx, url: http://lb, nginx: [{ upstream_file: "/a b" }] }', /absolute path/u],
    ['{ kind: nginx, url: http://lb, nginx: [{ upstream_file: "/a/${pool}" }] }', /absolute path/u],
    [
      '{ kind: nginx, url: http://lb, nginx: [{ upstream_file: /a, upstream: "a;b" }] }',
      /upstream may only contain letters/u,
    ],
    [
      '{ kind: nginx, url: http://lb, nginx: [{ upstream_file: /a, command: nginx }] }',
      /nginx\.0\.command: expected a program and its arguments/u,
    ],
    [
      '{ kind: nginx, url: http://lb, nginx: [{ upstream_file: /a, server: lb-9 }] }',
      /no server lb-9/u,
    ],
    [
      '{ kind: nginx, url: http://lb, nginx: [{ upstream_file: /a, environments: [production] }] }',
      /no nginx serves the environment staging → add it to the environments of one under nginx/u,
    ],
    [
      '{ kind: nginx, pool: app, url: http://lb, nginx: [{ upstream_file: "/e/${environment}" }] }',
      /pools of production and staging.*not the same → .*its name in nginx as upstream/u,
    ],
    [
      `{ kind: nginx, url: http://lb, ${FILE}, names: { web-1: x, web-2: x } }`,
      /web-1 and web-2 have the same name in nginx: x/u,
    ],
    [
      `{ kind: nginx, url: http://lb, ${FILE}, names: { web-1: "a b" } }`,
      /address of a server line/u,
    ],
    [
      `{ kind: nginx, url: http://lb, ${FILE}, routes: { /api: app } }`,
      /routes: a load balancer of kind nginx cannot do that → remove routes/u,
    ],
    [
      `{ kind: nginx, url: http://lb, ${FILE}, routes_map: /m }`,
      /routes_map: kind is nginx → write kind: haproxy, or remove routes_map/u,
    ],
  ])('%s', (text, wanted) => {
    expect(problems(`  ${text}`).join('\n')).toMatch(wanted);
  });
});

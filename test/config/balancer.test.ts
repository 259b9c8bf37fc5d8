import { describe, expect, it } from 'vitest';
import { HAPROXY_CAPABILITIES } from '../../src/adapters/haproxy/haproxy.ts';
import { parseProject } from '../../src/config/load-project.ts';

const ENVIRONMENTS = `
environments:
  production: { servers: [web-1, web-2] }
  staging: { servers: [test-1] }
balancers:
  - { name: lb-1, host: 10.0.0.5, user: deploy, host_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5] }
`;

const parse = (balancer: string) =>
  parseProject('/p', `service: shop\n${ENVIRONMENTS}\nbalancer:\n${balancer}`);

const problems = (balancer: string): readonly string[] =>
  parse(balancer).diagnostics.map(({ place, message, remedy }) => {
    expect(message.zh).not.toBe(message.en);
    return `${place?.line}: ${message.en} → ${remedy?.en ?? ''}`;
  });

describe('balancer: kind haproxy', () => {
  it('one HAProxy here and one on a server of its own, a backend for each environment', () => {
    const { project, diagnostics } = parse(`
  kind: haproxy
  floor: 50%
  url: { production: http://10.0.0.5/, staging: http://10.0.0.5:81 }
  haproxy:
    - { socket: /run/haproxy/admin.sock }
    - { socket: /run/haproxy/admin.sock, server: lb-1, backend: 'shop_\${environment}', environments: [production] }
  names: { web-1: srv1 }
  routes: { /api: '\${environment}' }
  routes_map: /etc/haproxy/routes.map
`);
    expect(diagnostics).toEqual([]);
    expect(project?.connections.balancer.kind).toBe('haproxy');
    expect(project?.connections.balancer.at).toEqual({
      instances: [
        {
          socket: '/run/haproxy/admin.sock',
          server: null,
          backends: { production: 'production', staging: 'staging' },
        },
        {
          socket: '/run/haproxy/admin.sock',
          server: 'lb-1',
          backends: { production: 'shop_production' },
        },
      ],
      names: { 'web-1': 'srv1' },
      urls: { production: 'http://10.0.0.5', staging: 'http://10.0.0.5:81' },
      routesMap: '/etc/haproxy/routes.map',
    });
    expect(project?.settings.balancer).toEqual({
      kind: 'haproxy',
      capabilities: HAPROXY_CAPABILITIES,
      pool: '${environment}',
      verify: { requests: 60, path: '/' },
      maxDeviationPercent: 20,
      minimumSamples: 20,
      floorPercent: 50,
      weights: {},
      routes: { '/api': '${environment}' },
    });
  });

  it('a machine of a balancer is reached by SSH and belongs to no environment', () => {
    const { project } = parse(`
  { kind: haproxy, pool: app, url: 'http://lb', haproxy: [{ socket: /s, server: lb-1 }] }`);
    expect(project?.connections.servers.find(({ name }) => name === 'lb-1')).toMatchObject({
      environment: null,
      host: '10.0.0.5',
      user: 'deploy',
    });
    expect(Object.values(project?.environments ?? {}).flatMap((each) => each.servers)).toEqual([
      'web-1',
      'web-2',
      'test-1',
    ]);
  });

  it('without anything of it the embedded balancer is meant', () => {
    expect(parse('  {}').project?.connections.balancer).toEqual({
      kind: 'embedded',
      at: { adminUrl: null },
    });
    expect(parse('  {}').project?.settings.balancer).toMatchObject({
      kind: 'embedded',
      floorPercent: 0,
    });
  });

  it.each([
    ['{ kind: haproxy, url: http://lb }', /haproxy is missing → add, for example, haproxy: \[\{/u],
    ['{ kind: haproxy, haproxy: [{ socket: /s }] }', /url is missing.*environment production/u],
    [
      '{ kind: haproxy, url: { production: http://lb }, haproxy: [{ socket: /s }] }',
      /url is missing.*environment staging/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s, server: lb-9 }] }',
      /no server lb-9 → list it under balancers or environments, which have lb-1, web-1/u,
    ],
    [
      "{ kind: haproxy, url: http://lb, haproxy: [{ socket: '127.0.0.1:9999', server: lb-1 }] }",
      /on a server must be an absolute path/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s, environments: [prod] }] }',
      /there is no environment prod/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s, environments: [production] }] }',
      /no HAProxy serves the environment staging/u,
    ],
    [
      '{ kind: haproxy, pool: app, url: { production: http://a, staging: http://b }, haproxy: [{ socket: /s }] }',
      /pools of production and staging are both called app, but are not the same/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s }], routes: { /api: app } }',
      /routes_map is missing/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s }], names: { web-9: x } }',
      /no environment lists the server web-9/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s }], names: { web-1: web-2 } }',
      /web-1 and web-2 have the same name in HAProxy: web-2/u,
    ],
    ['{ haproxy: [{ socket: /s }] }', /kind is embedded → write kind: haproxy/u],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s, backend: "a b" }] }',
      /letters, digits/u,
    ],
    ['{ kind: haproxy, url: http://lb, haproxy: [{ socket: "10.0.0.5:99" }] }', /absolute path/u],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s }], names: { web-1: "a;b" } }',
      /letters, digits/u,
    ],
    ['{ floor: 100% }', /0% to 99%/u],
    ['{ kind: haproxy, url: ftp://lb, haproxy: [{ socket: /s }] }', /http\(s\)/u],
    [
      '{ url: http://lb }',
      /balancer\.url: kind is embedded → write kind: haproxy, nginx, or remove url/u,
    ],
    [
      '{ kind: haproxy, url: http://lb, haproxy: [{ socket: /s }], admin_url: http://lb }',
      /balancer\.admin_url: kind is haproxy → write kind: embedded, or remove admin_url/u,
    ],
    ['{ kind: envoy }', /balancer\.kind: expected one of embedded, haproxy/u],
    ['{ flor: 5% }', /balancer\.flor: there is no such key/u],
  ])('%s', (text, wanted) => {
    expect(problems(`  ${text}`).join('\n')).toMatch(wanted);
  });

  it('a machine of a balancer is none of the servers', () => {
    const text = `service: s\nenvironments: { production: { servers: [a] } }\nbalancers: [a]\n`;
    expect(parseProject('/p', text).diagnostics.map(({ code }) => code)).toEqual([
      'DUPLICATE_SERVER',
    ]);
  });
});

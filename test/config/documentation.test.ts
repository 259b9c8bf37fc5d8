import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const PAGES = ['docs/operations.md', 'docs/zh/operations.md'] as const;
const REST =
  'service: shop\nenvironments: { production: { servers: [app-server-1, app-server-4] } }\n';

/** The example of `balancer:` for a kind, in a project of two servers. */
function projectOf(page: string, kind: string) {
  const text = readFileSync(page, 'utf8');
  const example = new RegExp(`\`\`\`yaml\\n(balancer:\\n  kind: ${kind}\\n[\\s\\S]*?)\`\`\``, 'u');
  return parseProject('/p', `${REST}${example.exec(text)?.[1] ?? ''}`);
}

it.each(PAGES)('the balancers of %s are ones that a project may have', (page) => {
  const haproxy = projectOf(page, 'haproxy');
  expect(haproxy.diagnostics).toEqual([]);
  expect(haproxy.project?.connections.balancer).toMatchObject({
    kind: 'haproxy',
    at: { instances: [{}, {}] },
  });
  expect(haproxy.project?.settings.balancer.floorPercent).toBe(50);

  const nginx = projectOf(page, 'nginx');
  expect(nginx.diagnostics).toEqual([]);
  const production = { file: '/etc/nginx/runsheet/production.conf', upstream: 'production' };
  expect(nginx.project?.connections.balancer).toMatchObject({
    kind: 'nginx',
    at: {
      instances: [
        { server: null, command: ['/usr/sbin/nginx'], pools: { production } },
        { server: 'lb-2', command: ['sudo', '-n', '/usr/sbin/nginx'], pools: { production } },
      ],
    },
  });
});

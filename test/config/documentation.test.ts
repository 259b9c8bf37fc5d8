import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

it('the balancer of docs/operations.md is one that a project may have', () => {
  const text = readFileSync('docs/operations.md', 'utf8');
  const yaml = /```yaml\n(balancer:[\s\S]*?)```/u.exec(text)?.[1] ?? '';
  const rest =
    'service: shop\nenvironments: { production: { servers: [app-server-1, app-server-2] } }\n';
  const { project, diagnostics } = parseProject('/p', `${rest}${yaml}`);
  expect(diagnostics).toEqual([]);
  expect(project?.connections.balancer).toMatchObject({
    kind: 'haproxy',
    at: { instances: [{}, {}] },
  });
  expect(project?.settings.balancer.floorPercent).toBe(50);
});

/** Run sheets of a project without a load balancer are judged by that, also where something else is wrong. */
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const projectOf = (balancer: string, more = ''): ReturnType<typeof parseProject> =>
  parseProject(
    '/p',
    `service: worker
runtime: { command: [node, worker.js], port: 8080 }
environments: { production: { servers: [w-1] } }
balancer: ${balancer}
${more}`,
  );

it.each(['', 'colour: blue'])('the words say that there is no pool: %s', (more) => {
  const { vocabulary, diagnostics } = projectOf('{ kind: none }', more);
  expect(diagnostics).toHaveLength(more === '' ? 0 : 1);
  expect(vocabulary?.withoutPool).toEqual({ kind: 'none' });
});

it.each(['{}', '{ kind: embedded }', '{ kind: unheard_of }'])('and of no other: %s', (balancer) => {
  expect(projectOf(balancer).vocabulary).not.toHaveProperty('withoutPool');
});

it('pins what there is not', () => {
  const { project } = projectOf('{ kind: none }');
  expect(project?.settings.balancer.capabilities.pool).toBe(false);
  expect(project?.connections.balancer).toEqual({ kind: 'none', at: null });
});

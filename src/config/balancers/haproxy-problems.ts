/** What no single value of HAProxy's keys shows. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type BalancedProject, type BalancerProblem, nameIn, problem } from './definition.ts';
import type { HaproxyKeys } from './haproxy-keys.ts';
import { instancesProblems } from './instances.ts';

export function haproxyProblems(
  own: HaproxyKeys,
  project: BalancedProject,
): readonly BalancerProblem[] {
  const instances = {
    kind: 'haproxy',
    balancer: 'HAProxy',
    key: 'backend',
    entries: own.haproxy,
    url: own.url,
    names: own.names,
    example: 'haproxy: [{socket: /run/haproxy/admin.sock}]',
    meaning: ({ backend }: HaproxyKeys['haproxy'][number], environment: string, pool: string) =>
      nameIn(environment, backend ?? pool),
  };
  return [
    ...instancesProblems(instances, project),
    ...socketProblems(own),
    ...routeProblems(own, project),
  ];
}

function socketProblems({ haproxy }: HaproxyKeys): readonly BalancerProblem[] {
  return haproxy.flatMap(({ server, socket }, index) =>
    server === undefined || socket.startsWith('/')
      ? []
      : problem(['haproxy', index, 'socket'], diagnose('BAD_PROJECT_FILE', 'relativeSocket', {})),
  );
}

function routeProblems(
  own: HaproxyKeys,
  { settings }: BalancedProject,
): readonly BalancerProblem[] {
  if (Object.keys(settings.routes).length === 0 || own.routes_map !== undefined) return [];
  return [problem(['routes'], diagnose('BAD_PROJECT_FILE', 'routesMapMissing', {}))];
}

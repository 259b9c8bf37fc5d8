/** What no single value of runsheet.yaml shows: names that must agree with each other. */
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { balancerProblems } from './balancer-connections.ts';
import { publishesServicePort } from './container-checks.ts';
import { nearestKey } from './nearest-key.ts';
import type { ParsedProject } from './schema.ts';
import type { YamlFile } from './yaml-file.ts';

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly code?: DiagnosticCode;
  readonly zh: string;
  readonly en: string;
}

export function crossChecks(parsed: ParsedProject, yaml: YamlFile): readonly Diagnostic[] {
  return [
    ...serverProblems(parsed),
    ...portProblems(parsed),
    ...balancerProblems(parsed),
    ...roleProblems(parsed),
  ].map(({ path, code = 'BAD_PROJECT_FILE', zh, en }: Problem) => ({
    code,
    severity: 'error',
    message: { zh, en },
    ...yaml.locate([...path]),
  }));
}

/** A name is one machine: listed once, in one environment or as a balancer's. */
function serverProblems(parsed: ParsedProject): readonly Problem[] {
  const listed = [
    ...Object.entries(parsed.environments).flatMap(([environment, { servers }]) =>
      servers.map(({ name }, index) => ({
        name,
        place: environment,
        path: ['environments', environment, 'servers', index],
      })),
    ),
    ...parsed.balancers.map(({ name }, index) => ({
      name,
      place: 'balancers',
      path: ['balancers', index],
    })),
  ];
  const seen = new Map<string, string>();
  return listed.flatMap(({ name, place, path }) => {
    const other = seen.get(name);
    seen.set(name, place);
    if (other === undefined) return [];
    const zh = `服务器 ${name} 已列在 ${other} 中`;
    const en = `server ${name} is already listed in ${other}`;
    if (place !== 'balancers') return [{ path, code: 'DUPLICATE_SERVER', zh, en }];
    return [
      {
        path,
        code: 'DUPLICATE_SERVER',
        zh: `${zh}：balancer.haproxy 可以直接引用它的名称`,
        en: `${en}: balancer.haproxy can refer to it by name`,
      },
    ];
  });
}

function portProblems(parsed: ParsedProject): readonly Problem[] {
  if (publishesServicePort(parsed)) return [];
  const { port } = parsed.runtime;
  return [
    {
      path: ['container', 'ports'],
      zh: `container.ports：没有发布服务端口 ${port}，健康检查和负载均衡无法访问服务；例如写 "\${port}:80"`,
      en: `container.ports: the service's port ${port} is not published, so health checks and the load balancer cannot reach it; write for example "\${port}:80"`,
    },
  ];
}

function roleProblems(parsed: ParsedProject): readonly Problem[] {
  const roles = Object.keys(parsed.roles);
  return Object.entries(parsed.people).flatMap(([id, person]) =>
    person.roles.flatMap((role, index) => {
      if (roles.includes(role)) return [];
      const near = nearestKey(role, roles) ?? roles.join(', ');
      return [
        {
          path: ['people', id, 'roles', index],
          code: 'UNKNOWN_ROLE',
          zh: `没有角色「${role}」；最接近的是 ${near}`,
          en: `there is no role "${role}"; the nearest is ${near}`,
        },
      ];
    }),
  );
}

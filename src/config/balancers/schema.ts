/** `balancer:` of runsheet.yaml: what every kind has, and the keys of the chosen one. */
import { z } from 'zod';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { Connections } from '../../ports/connections.ts';
import { count, defined, percent, text, urlPath } from '../fields.ts';
import { requestHost } from '../request-schema.ts';
import { fieldProblem } from '../schema-messages.ts';
import {
  type BalancedProject,
  type BalancerDefinition,
  type BalancerProblem,
  type OwnKeys,
  problem,
} from './definition.ts';

type Definition = BalancerDefinition<z.ZodRawShape, unknown>;
type Definitions = Readonly<Record<string, Definition>>;

type ConnectionIn<All extends Definitions> = {
  [Kind in keyof All]: { readonly kind: Kind; readonly at: ReturnType<All[Kind]['connection']> };
}[keyof All];

/** `balancer:` as it was read; the rest of the project is not known yet. */
export interface ParsedBalancer<Connection> {
  readonly settings: BalancerSettings;
  problems(project: Surroundings): readonly BalancerProblem[];
  connection(project: Surroundings, embedded: Connections | null): Connection;
}

type Surroundings = Omit<BalancedProject, 'settings'>;

const floor = percent.refine((value) => value >= 0 && value < 100, {
  error: fieldProblem('minimum'),
});

/** What a run pins, whatever the kind. */
const COMMON = {
  pool: text.default('${environment}'),
  verify: z
    .strictObject({
      requests: count(1, 10_000).default(60),
      path: urlPath.default('/'),
      host: requestHost.optional(),
    })
    .prefault({})
    .transform(defined),
  max_deviation: percent.default(20),
  minimum_samples: count(1, 100_000).default(20),
  floor: floor.default(0),
  weights: z.record(text, count(0, 256)).default({}),
  routes: z.record(urlPath, text).default({}),
};

/** @param definitions the first is the kind of a project that names none */
export function balancerSchema<const All extends Definitions>(
  definitions: All,
): z.ZodType<ParsedBalancer<ConnectionIn<All>>> {
  const kinds = Object.keys(definitions);
  const [first = ''] = kinds;
  const [schema, ...others] = kinds.map((kind) => kindSchema(definitions, kind, kind === first));
  if (schema === undefined) throw new Error('there is no kind of balancer');
  const error = fieldProblem('kind', { kinds });
  const anyKind = z.discriminatedUnion('kind', [schema, ...others], {
    error: ({ code }) => (code === 'invalid_union' ? error : undefined),
  });
  // What `connection` gives comes from the definition under `kind`.
  return anyKind.prefault({ kind: first }) as unknown as z.ZodType<
    ParsedBalancer<ConnectionIn<All>>
  >;
}

function kindSchema(definitions: Definitions, kind: string, isDefault: boolean) {
  const definition = definitions[kind] as Definition;
  const { pool: isPooled } = definition.capabilities;
  const literal = z.literal(kind);
  return z
    .strictObject({
      kind: isDefault ? literal.optional() : literal,
      ...(isPooled ? COMMON : (keysOfPools(definitions, kind) as typeof COMMON)),
      // Typed as nothing, so that what every kind has keeps its types; read below as `own`.
      ...(definition.keys as object),
      ...(foreignKeys(definitions, kind) as object),
    })
    .transform((given): ParsedBalancer<unknown> => {
      const {
        kind: _,
        pool,
        verify,
        weights,
        routes,
        ...rest
      } = isPooled ? given : { ...given, ...z.object(COMMON).parse({}) };
      const { max_deviation, minimum_samples, floor: floorPercent } = rest;
      const settings: BalancerSettings = {
        kind,
        capabilities: definition.capabilities,
        pool,
        verify,
        maxDeviationPercent: max_deviation,
        minimumSamples: minimum_samples,
        floorPercent,
        weights,
        routes,
      };
      const own: OwnKeys<z.ZodRawShape> = rest;
      return {
        settings,
        problems: (project) => [
          ...capabilityProblems(settings),
          ...definition.problems(own, { ...project, settings }),
        ],
        connection: (project, embedded) => ({
          kind,
          at: definition.connection(own, { ...project, settings }, embedded),
        }),
      };
    });
}

/** Keys that other kinds have: a value that nothing would read is refused. */
function foreignKeys(definitions: Definitions, kind: string): z.ZodRawShape {
  const own = definitions[kind]?.keys ?? {};
  const owners = new Map<string, string[]>();
  for (const [other, { keys }] of Object.entries(definitions)) {
    for (const key of Object.keys(keys)) {
      if (!Object.hasOwn(own, key)) owners.set(key, [...(owners.get(key) ?? []), other]);
    }
  }
  return Object.fromEntries(
    [...owners].map(([key, kinds]) => {
      const error = fieldProblem('keyOfOtherKind', { kind, kinds, key });
      return [key, z.never({ error }).optional()];
    }),
  );
}

/** Keys about a pool, where there is none: no kind without one may have them. */
function keysOfPools(definitions: Definitions, kind: string): z.ZodRawShape {
  const kinds = Object.keys(definitions).filter((each) => definitions[each]?.capabilities.pool);
  return Object.fromEntries(
    Object.keys(COMMON).map((key) => {
      const error = fieldProblem('keyOfOtherKind', { kind, kinds, key });
      return [key, z.never({ error }).optional()];
    }),
  );
}

/** What a project wants of a balancer that cannot do it. */
function capabilityProblems(settings: BalancerSettings): readonly BalancerProblem[] {
  const { kind, capabilities: can, weights, routes } = settings;
  const wanted = [
    { key: 'weights', isRefused: !can.weights && Object.keys(weights).length > 0 },
    { key: 'routes', isRefused: !can.routes && Object.keys(routes).length > 0 },
  ];
  return wanted
    .filter(({ isRefused }) => isRefused)
    .map(({ key }) =>
      problem([key], diagnose('BAD_PROJECT_FILE', 'balancerCannot', { key, kind })),
    );
}

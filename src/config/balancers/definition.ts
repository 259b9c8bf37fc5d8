/** What there is to a kind of balancer in runsheet.yaml: a file like this beside the others, and a line in index.ts. */
import type { z } from 'zod';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { Connections } from '../../ports/connections.ts';
import type { BalancerCapabilities } from '../../ports/load-balancer.ts';

export interface BalancerDefinition<Keys extends z.ZodRawShape, Connection> {
  /** Pinned by each run; those of the adapter. */
  readonly capabilities: BalancerCapabilities;
  /** Keys of `balancer:` that every kind has not. They are connections, which stay with the worker. */
  readonly keys: Keys;
  /** What no single value shows. */
  problems(own: OwnKeys<Keys>, project: BalancedProject): readonly BalancerProblem[];
  /** How it is reached, where there are no problems. @param embedded null: `runsheet dev` does not run */
  connection(
    own: OwnKeys<Keys>,
    project: BalancedProject,
    embedded: Connections | null,
  ): Connection;
}

export type OwnKeys<Keys extends z.ZodRawShape> = z.output<z.ZodObject<Keys>>;

/** The rest of the project, as far as it has to agree with its balancer. */
export interface BalancedProject {
  /** Environment → its servers. */
  readonly environments: Readonly<Record<string, readonly string[]>>;
  /** Machines that balancers run on, which are no environment's servers. */
  readonly machines: readonly string[];
  readonly settings: BalancerSettings;
}

export interface BalancerProblem {
  /** From the top of the file. */
  readonly path: readonly PropertyKey[];
  readonly diagnostic: Diagnostic;
}

/** @param path below `balancer` */
export function problem(path: readonly PropertyKey[], diagnostic: Diagnostic): BalancerProblem {
  return { path: ['balancer', ...path], diagnostic };
}

/** A name with `${environment}` filled in. */
export function nameIn(environment: string, name: string): string {
  return name.replaceAll('${environment}', environment);
}

export function defineBalancer<Keys extends z.ZodRawShape, Connection>(
  definition: BalancerDefinition<Keys, Connection>,
): BalancerDefinition<Keys, Connection> {
  return definition;
}

/** Refuses a run that Temporal would end in the middle, with the figure and what fits. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { fits, LIMIT_NAMES, LIMITS, mostServers, type SizedRun, sizeOf } from './run-size.ts';

/** One error a limit. */
export function outgrownLimits(run: SizedRun): readonly Diagnostic[] {
  const size = sizeOf(run);
  if (fits(size)) return [];
  const most = mostServers(run);
  return LIMIT_NAMES.filter((name) => size[name] > LIMITS[name]).map((name) => {
    const shown = name.endsWith('Bytes') ? inMebibytes : String;
    const figures = { figure: shown(size[name]), limit: shown(LIMITS[name]) };
    return diagnose('RUN_TOO_LARGE', name, { servers: run.servers.length, most, ...figures });
  });
}

/** Warns of environments whose servers are too many for one run of this plan. */
export function largeEnvironments(
  run: Omit<SizedRun, 'servers'>,
  environments: Readonly<Record<string, readonly string[]>>,
): readonly Diagnostic[] {
  return Object.entries(environments).flatMap(([environment, servers]) => {
    const whole = { ...run, servers };
    if (fits(sizeOf(whole))) return [];
    const figures = { environment, servers: servers.length, most: mostServers(whole) };
    return [diagnose('RUN_TOO_LARGE', 'environment', figures)];
  });
}

function inMebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

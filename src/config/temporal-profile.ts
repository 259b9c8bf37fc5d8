/** Where the `temporal` program would connect to: its own configuration file, and the profile in it. */
import type { Environment } from './environment.ts';

export interface TemporalProfile {
  readonly address?: string;
  readonly namespace?: string;
  /** Why it cannot be read: the library's own words, one line. */
  readonly problem?: string;
}

/** What chooses the file and the profile; the rest of the environment wins over them elsewhere. */
const CHOOSING = [
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_PROFILE',
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'XDG_CONFIG_HOME',
];

/**
 * The profile that TEMPORAL_PROFILE names, else `default`; empty where there is none. Never throws.
 * Source: https://docs.temporal.io/develop/environment-configuration
 */
export async function readTemporalProfile(environment: Environment): Promise<TemporalProfile> {
  const { loadClientConfigProfile } = await import('@temporalio/envconfig');
  const chosen = CHOOSING.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  try {
    const { address, namespace } = loadClientConfigProfile({
      overrideEnvVars: Object.fromEntries(chosen),
    });
    return {
      ...(address !== undefined && address !== '' && { address }),
      ...(namespace !== undefined && namespace !== '' && { namespace }),
    };
  } catch (error) {
    // A parser's further lines quote the file, which holds keys.
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { problem: first };
  }
}

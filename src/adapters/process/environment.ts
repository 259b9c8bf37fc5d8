/** What a program needs of the surroundings; the worker's own settings and secrets stay out. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'] as const;

/**
 * The environment of every program: PATH, HOME, LANG and the like, nothing else of the worker's.
 * @param further names that the project has asked for
 */
export function minimalEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  further: readonly string[] = [],
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of [...PASSED_ON, ...further]) {
    const value = source[name];
    if (value !== undefined) environment[name] = value;
  }
  environment.PATH ??= '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  environment.LANG ??= 'C.UTF-8';
  return environment;
}

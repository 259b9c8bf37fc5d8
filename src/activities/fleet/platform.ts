/** Whether an image runs on a server, by what both say of themselves. */

/** What a processor also runs without emulation, as the kernel and Docker have it. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'linux/amd64': ['linux/386'],
  'linux/arm64': ['linux/arm'],
};

/**
 * @param offered the image's platforms; none: for any
 * @param server null: not known, so that nothing is said against it
 */
export function runsOn(offered: readonly string[], server: string | null): boolean {
  if (offered.length === 0 || server === null) return true;
  const own = withoutVariant(server);
  const taken = [own, ...(ALSO[own] ?? [])];
  return offered.some((each) => taken.includes(withoutVariant(each)));
}

/** `linux/arm64/v8` is `linux/arm64`. */
function withoutVariant(platform: string): string {
  return platform.split('/').slice(0, 2).join('/');
}

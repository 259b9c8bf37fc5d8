/** Where the links of an archive lead, followed as a kernel follows them. Pure. */

/** No kernel follows more. */
const MOST_HOPS = 40;

/**
 * Whether a link leads out of the folder that all paths are relative to: by itself, or through other
 * links of the archive. One that never ends counts too.
 * @param path of the link, normalised; none of its folders is a link itself
 * @param links every link of the archive: normalised path → target
 */
export function leadsOut(path: string, links: ReadonlyMap<string, string>): boolean {
  const at = path.split('/').slice(0, -1);
  let left: readonly string[] = [];
  let target = links.get(path);
  for (let hops = 0; ; ) {
    if (target !== undefined) {
      if (target.startsWith('/') || hops === MOST_HOPS) return true;
      hops += 1;
      left = [...target.split('/'), ...left];
    }
    const [part, ...rest] = left;
    if (part === undefined) return false;
    left = rest;
    target = undefined;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    target = links.get([...at, part].join('/'));
    if (target === undefined) at.push(part);
  }
}

import type { Ports } from '../../src/ports/ports.ts';

/** A pinned source with these files; every version stands for it. */
export function sourceOf(
  files: ReadonlyMap<string, string> = new Map(),
): Pick<Ports['source'], 'read' | 'resolve'> {
  return {
    resolve: () => Promise.resolve({ revision: '0'.repeat(40), kind: 'git' }),
    read: (_revision, path) => Promise.resolve(files.get(path) ?? null),
  };
}

/** docker-compose's short form of a volume: `/host:/inside:ro`, `name:/inside`, `/inside`. */
import type { VolumeMount } from '../../ports/container-runtime.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/u;
const OPTIONS =
  /^(?:ro|rw|z|Z|cached|delegated|consistent|nocopy|r?private|r?shared|r?slave)(?:,(?:ro|rw|z|Z|cached|delegated|consistent|nocopy|r?private|r?shared|r?slave))*$/u;

export type VolumeProblem = 'form' | 'relative' | 'target' | 'option';

/** @returns what is wrong where the text is no volume that a server can have */
export function parseVolume(text: string): VolumeMount | VolumeProblem {
  const parts = text.split(':');
  const [first = '', second, options = ''] = parts;
  if (parts.length > 3 || first === '') return 'form';
  if (second === undefined) return volumeOf(null, first, '');
  return volumeOf(first, second, options);
}

export function volumeOf(
  source: string | null,
  target: string,
  options: string,
): VolumeMount | VolumeProblem {
  if (!target.startsWith('/') || target.includes(':')) return 'target';
  if (options !== '' && !OPTIONS.test(options)) return 'option';
  if (source !== null && /^(?:\.|~)/u.test(source)) return 'relative';
  if (source !== null && !source.startsWith('/') && !NAME.test(source)) return 'form';
  return { source, target, options };
}

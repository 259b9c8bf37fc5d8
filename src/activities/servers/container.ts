/** How the release's container is created, with the names of this run filled in. */

import type { ImageSettings } from '../../plan/settings.ts';
import type { ContainerOptions } from '../../ports/container-runtime.ts';
import { fill } from './render.ts';

type Values = Readonly<Record<string, string>>;

/** Every text of `container:` may hold `${server}` and the like; undefined: releases are processes. */
export function containerOptions(
  { kind }: ImageSettings,
  container: ContainerOptions,
  values: Values,
): ContainerOptions | undefined {
  return kind === 'docker' ? filled(container, values, 'container') : undefined;
}

function filled<T>(value: T, values: Values, place: string): T;
function filled(value: unknown, values: Values, place: string): unknown {
  if (typeof value === 'string') return fill(value, values, place);
  if (Array.isArray(value)) return value.map((each) => filled(each, values, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, filled(each, values, `${place}.${key}`)]),
  );
}

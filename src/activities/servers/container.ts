/** How the release's container is created, with the names of this run filled in. */

import type { ImageSettings } from '../../plan/settings.ts';
import type { ContainerOptions } from '../../ports/container-runtime.ts';
import type { OfRun } from './context.ts';
import { fill } from './render.ts';

type Values = Readonly<Record<string, string>>;

/** Every text of `container:` may hold `${server}` and the like; undefined: releases are processes. */
export function containerOptions(
  input: OfRun,
  { kind }: ImageSettings,
  container: ContainerOptions,
  values: Values,
): ContainerOptions | undefined {
  return kind === 'docker' ? filled(input, container, values, 'container') : undefined;
}

function filled<T>(input: OfRun, value: T, values: Values, place: string): T;
function filled(input: OfRun, value: unknown, values: Values, place: string): unknown {
  if (typeof value === 'string') return fill(input, value, values, place);
  if (Array.isArray(value)) return value.map((each) => filled(input, each, values, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      filled(input, each, values, `${place}.${key}`),
    ]),
  );
}

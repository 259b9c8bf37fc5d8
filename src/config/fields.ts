/** The kinds of value that runsheet.yaml is made of. Messages are read by people, after the key's path. */
import { z } from 'zod';
import { parseDurationMs } from './durations.ts';
import { fieldProblem, hostProblem } from './schema-messages.ts';

const DURATION = fieldProblem('duration');

const durationMs = z
  .string({ error: DURATION })
  .refine((text) => parseDurationMs(text) !== null, { error: DURATION })
  .transform((text) => parseDurationMs(text) ?? 0);

export const milliseconds = durationMs;
export const seconds = durationMs.transform((value) => value / 1000);

/** A duration within bounds, in seconds. */
export function secondsBetween(least: number, most: number) {
  const error = fieldProblem('durationBetween', { least, most });
  return seconds.refine((value) => value >= least && value <= most, { error });
}

/** As it was written: `3.10` is "3.10". */
export const text = z
  .string({ error: fieldProblem('text') })
  .min(1, { error: fieldProblem('empty') });
/** The same, and it may be empty. */
export const anyText = z.string({ error: fieldProblem('anyText') });
export const argv = z
  .array(text, {
    error: fieldProblem('command'),
  })
  .min(1, { error: fieldProblem('program') });

/** A whole number within bounds: every count in the file has both. */
export function count(least: number, most: number) {
  const error = fieldProblem('count', { least, most });
  return z.int({ error }).min(least, { error }).max(most, { error });
}

const PERCENTAGE = fieldProblem('percentage');

/** `20%` or 20. */
export const percent = z
  .string({ error: PERCENTAGE })
  .regex(/^\d{1,3}(?:\.\d{1,6})?\s*[%％]?$/u, { error: PERCENTAGE })
  .transform((value) => Number.parseFloat(value));

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

const BYTES = fieldProblem('bytes');

/** `512MiB`, or a number of bytes. */
export const bytes = z
  .string({ error: BYTES })
  .regex(/^(?:\d{1,15}|\d{1,6}(?:\.\d{1,3})?\s*(?:B|KiB|MiB|GiB|TiB))$/u, { error: BYTES })
  .transform((value) =>
    Math.round(Number.parseFloat(value) * (UNITS[value.replace(/[\d.\s]/gu, '')] ?? 1)),
  );

/** Who a file on a server belongs to. */
export const owner = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}(?::[a-z_][a-z0-9_-]{0,31})?$/u, {
  error: fieldProblem('owner'),
});

const SECRET = fieldProblem('secret');

export const secretReference = z
  .string({ error: SECRET })
  .regex(/^secret:\/\/[A-Za-z0-9][A-Za-z0-9/_.-]{0,127}$/u, { error: SECRET });

/** `postgres://` URL, or a reference to one. */
export const databaseUrl = z.union([z.url({ protocol: /^postgres(?:ql)?$/u }), secretReference], {
  error: fieldProblem('databaseUrl'),
});

export const urlPath = text.startsWith('/', { error: fieldProblem('urlPath') });

export const path = text.refine(
  (value) => !value.includes('\0') && !value.split('/').includes('..'),
  {
    error: fieldProblem('path'),
  },
);

/** The DNS and IP alphabet; a name that begins with `-` would be read as an option by other programs. */
export const hostName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252})$/u, {
  error: hostProblem('host'),
});
export const serverName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u, {
  error: hostProblem('server'),
});
export const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/u, {
  error: fieldProblem('identifier'),
});

/** Leaves keys without a value out, as `exactOptionalPropertyTypes` wants. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as Defined<T>;
}

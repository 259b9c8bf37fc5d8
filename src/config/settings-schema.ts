/** The sections of runsheet.yaml that become ProjectSettings: snake_case in, camelCase out. */
import { z } from 'zod';
import type { VerifyName } from '../plan/settings.ts';
import { commandEnvironment } from './command-environment-schema.ts';
import { dockerBuild } from './docker-build-schema.ts';
import {
  anyText,
  argv,
  bytes,
  count,
  defined,
  owner,
  path,
  seconds,
  secondsBetween,
  text,
} from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const format = z.enum(['sarif', 'eslint', 'npm-audit', 'pip-audit']);

const command = z
  .strictObject({
    run: argv,
    report: path.optional(),
    format: format.optional(),
    timeout: seconds.optional(),
  })
  .transform(({ run, timeout, ...rest }) =>
    defined({ argv: run, ...rest, timeoutSeconds: timeout }),
  )
  .nullable()
  .optional();

/** A name, as `git remote` shows it: never an address, never an option. */
const REMOTE = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}$/u;

export const source = z
  .strictObject({
    kind: z.enum(['git', 'folder']).default('git'),
    path: text.default('.'),
    tag: text.default('${version}'),
    remote: text.regex(REMOTE, { error: fieldProblem('remote') }).optional(),
  })
  .prefault({})
  .refine(({ kind, remote }) => kind === 'git' || remote === undefined, {
    path: ['remote'],
    error: fieldProblem('remoteOfFolder'),
  })
  .transform(defined);

export const commands = z
  .strictObject({
    environment: commandEnvironment.optional(),
    analyze: command,
    lint: command,
    scan: command,
    audit: command,
    test: command,
    coverage: command,
    compile: command,
    package: command,
  })
  .prefault({})
  .transform(defined);

const pattern = text.refine(isPattern, {
  error: fieldProblem('pattern'),
});

export const tests = z
  .strictObject({
    reports: z.array(path).default([]),
    coverage: z
      .array(path)
      .default(['**/lcov.info', '**/cobertura*.xml', '**/coverage-summary.json', 'coverage.xml']),
    critical: z
      .strictObject({ name: pattern.optional(), marker: text.optional() })
      .transform(defined)
      .optional(),
  })
  .prefault({})
  .transform(defined);

const VERIFY_NAMES: readonly VerifyName[] = [
  'image',
  'digest',
  'version',
  'revision',
  'environment',
];

const verify = z
  .strictObject({
    run: argv
      .refine((parts) => parts.some((each) => /\$\{(?:image|digest)\}/u.test(each)), {
        error: fieldProblem('verifyWithoutImage'),
      })
      .refine((parts) => parts.every(holdsKnownNames), { error: fieldProblem('verifyName') }),
    timeout: seconds.default(60),
  })
  .transform(({ run, timeout }) => ({ argv: run, timeoutSeconds: timeout }));

export const image = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/u, {
        error: fieldProblem('repository'),
      })
      .optional(),
    context: path.default('.'),
    kind: z.enum(['process', 'docker']).default('process'),
    include: z.array(path).default(['.']),
    docker: dockerBuild,
    fetch_at_once: count(1, 1000).default(8),
    minimum_free: bytes.default(1024 ** 3),
    verify: verify.optional(),
  })
  .prefault({})
  .transform(({ fetch_at_once, minimum_free, ...rest }) =>
    defined({ ...rest, fetchAtOnce: fetch_at_once, minimumFreeBytes: minimum_free }),
  );

/** What processes and containers alike can be told to end by. */
const SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
] as const;

export const runtime = z
  .strictObject({
    command: argv.default(['npm', 'start']),
    environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/u), anyText).default({}),
    port: count(1, 65_535).default(8080),
    stop: z
      .strictObject({
        signal: z.enum(SIGNALS).optional(),
        grace: seconds.optional(),
        before: argv.optional(),
      })
      .prefault({})
      .transform(({ grace, ...rest }) => defined({ ...rest, graceSeconds: grace })),
    keep_releases: count(1, 100).default(3),
  })
  .prefault({})
  .transform(({ keep_releases, ...rest }) => ({ ...rest, keepReleases: keep_releases }));

const MODE = fieldProblem('mode');

export const files = z
  .array(
    z
      .strictObject({
        template: path,
        path,
        mode: z
          .string({ error: MODE })
          .regex(/^0?[0-7]{3}$/u, { error: MODE })
          .default('0640'),
        owner: owner.optional(),
        values: z.record(text, anyText).default({}),
      })
      .transform(defined),
  )
  .max(100)
  .default([]);

export const drain = z
  .strictObject({ allow_cut_requests: count(0, 1_000_000).default(0) })
  .prefault({})
  .transform(({ allow_cut_requests }) => ({ allowCutRequests: allow_cut_requests }));

/** Shorter, and a busy worker's beats are late; longer, and nobody notices that it is gone. */
export const worker = z
  .strictObject({ heartbeat_timeout: secondsBetween(2, 300).optional() })
  .prefault({})
  .transform(({ heartbeat_timeout: heartbeatSeconds }) =>
    heartbeatSeconds === undefined ? undefined : { heartbeatSeconds },
  );

function holdsKnownNames(part: string): boolean {
  const names: readonly string[] = VERIFY_NAMES;
  return [...part.matchAll(/\$\{([^}]*)\}/gu)].every(([, name = '']) => names.includes(name));
}

function isPattern(value: string): boolean {
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}

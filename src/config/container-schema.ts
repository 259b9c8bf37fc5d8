/** `container:` of runsheet.yaml: a service's keys as docker-compose has them, read into one form. */
import { z } from 'zod';
import type { PublishedPort, VolumeMount } from '../ports/container-runtime.ts';
import { singleDollars } from './compose/dollars.ts';
import { parsePorts, protocolOf } from './compose/ports.ts';
import { parseSize } from './compose/sizes.ts';
import { parseVolume, type VolumeProblem, volumeOf } from './compose/volumes.ts';
import { splitWords } from './compose/words.ts';
import { anyText, argv, count, defined, identifier, seconds, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

/** A value that may be written in a short form; `read` gives null where it is none. */
function short<T>(error: string, read: (value: string) => T | null) {
  return z.string({ error }).transform((value, context): T => {
    const found = read(value);
    if (found !== null) return found;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

const words = z.union([argv, short(fieldProblem('commandLine'), splitWords)]);

const size = short(fieldProblem('size'), parseSize);

/** A number that compose takes in quotes too. */
function numeral(error: string, form: RegExp, most: number) {
  return short(error, (value) => {
    const found = form.test(value) ? Number(value) : 0;
    return found > 0 && found <= most ? found : null;
  });
}

const PORT = fieldProblem('count', { least: 1, most: 65_535 });
const published = numeral(PORT, /^[1-9]\d{0,4}$/u, 65_535);

const CPUS = fieldProblem('processors');
const cpus = numeral(CPUS, /^(?:\d{1,4}(?:\.\d{1,9})?|\.\d{1,9})$/u, 1024);

const port = z.union([
  short(fieldProblem('port'), parsePorts),
  z
    .strictObject({
      target: count(1, 65_535),
      published: published.optional(),
      host_ip: text.optional(),
      protocol: z.enum(['tcp', 'udp', 'sctp']).optional(),
      mode: z.enum(['host', 'ingress']).optional(),
    })
    .transform(({ target, published, host_ip, protocol }): readonly PublishedPort[] => [
      defined({
        target,
        published: published ?? null,
        protocol: protocolOf(protocol),
        hostIp: host_ip,
      }),
    ]),
]);

const VOLUME_PROBLEMS: Readonly<Record<VolumeProblem, string>> = {
  form: fieldProblem('volume'),
  relative: fieldProblem('volumeSource'),
  target: fieldProblem('volumeTarget'),
  option: fieldProblem('volumeOption'),
};

function readVolume(
  found: VolumeMount | VolumeProblem,
  context: z.core.$RefinementCtx,
): VolumeMount {
  if (typeof found === 'object') return found;
  context.addIssue({ code: 'custom', message: VOLUME_PROBLEMS[found] });
  return z.NEVER;
}

const volume = z.union([
  text.transform((value, context) => readVolume(parseVolume(value), context)),
  z
    .strictObject({
      type: z.enum(['bind', 'volume']),
      source: text.optional(),
      target: text,
      read_only: z.boolean().default(false),
      bind: z.strictObject({ propagation: text.optional(), selinux: text.optional() }).optional(),
      volume: z.strictObject({ nocopy: z.boolean().default(false) }).optional(),
    })
    .transform(({ source, target, read_only, bind, volume: named }, context) => {
      const options = [
        ...(read_only ? ['ro'] : []),
        ...(bind?.propagation === undefined ? [] : [bind.propagation]),
        ...(bind?.selinux === undefined ? [] : [bind.selinux]),
        ...(named?.nocopy === true ? ['nocopy'] : []),
      ];
      return readVolume(volumeOf(source ?? null, target, options.join(',')), context);
    }),
]);

/** A mapping, or a list of `name=value`. */
export const pairs = z.union([
  z.record(text, anyText),
  z
    .array(text.includes('=', { error: fieldProblem('nameValue') }))
    .transform((lines) =>
      Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    ),
]);

const labels = pairs.refine(
  (given) => Object.keys(given).every((name) => !name.startsWith('runsheet.')),
  {
    error: fieldProblem('ownLabel'),
  },
);

const hosts = z.union([
  z
    .array(
      text.regex(/^[^:=\s]+[:=]\S+$/u, {
        error: fieldProblem('extraHost'),
      }),
    )
    .transform((lines) => lines.map((line) => line.replace(/^([^:=]+)=/u, '$1:'))),
  z
    .record(text, text)
    .transform((given) => Object.entries(given).map(([name, address]) => `${name}:${address}`)),
]);

const healthcheck = z
  .strictObject({
    test: z
      .union([
        z.array(text).refine(([kind = '']) => ['NONE', 'CMD', 'CMD-SHELL'].includes(kind), {
          error: fieldProblem('healthcheckKind'),
        }),
        text.transform((line) => ['CMD-SHELL', line]),
      ])
      .optional(),
    interval: seconds.default(30),
    timeout: seconds.default(30),
    start_period: seconds.default(0),
    retries: count(1, 100).default(3),
    disable: z.boolean().default(false),
  })
  .refine(({ test, disable }) => disable || test !== undefined, {
    path: ['test'],
    error: fieldProblem('healthcheckTest'),
  })
  .transform(({ test, interval, timeout, start_period, retries, disable }) => ({
    test: disable || test === undefined ? ['NONE'] : test,
    intervalSeconds: interval,
    timeoutSeconds: timeout,
    startPeriodSeconds: start_period,
    retries,
  }));

const ulimits = z
  .record(
    identifier,
    z.union([
      count(-1, Number.MAX_SAFE_INTEGER).transform((limit) => ({ soft: limit, hard: limit })),
      z.strictObject({ soft: z.int(), hard: z.int() }),
    ]),
  )
  .transform((given) => Object.entries(given).map(([name, limit]) => ({ name, ...limit })));

const restart = z.string().regex(/^(?:no|always|unless-stopped|on-failure(?::\d{1,3})?)$/u, {
  error: fieldProblem('restart'),
});

/** As the engine takes it: `SIGRTMIN+3` is systemd's. */
const signal = z.string().regex(/^(?:SIG[A-Z][A-Z0-9]{1,7}(?:[+-]\d{1,2})?|[1-9]\d?)$/u, {
  error: fieldProblem('signal'),
});

const list = z.array(text).default([]);

export const container = z
  .strictObject({
    container_name: identifier.optional(),
    command: words.nullable().default(null),
    entrypoint: words.nullable().default(null),
    environment: pairs.default({}),
    ports: z
      .array(port)
      .transform((given) => given.flat())
      .nullable()
      .default(null),
    volumes: z.array(volume).default([]),
    tmpfs: z.union([text.transform((one) => [one]), z.array(text)]).default([]),
    networks: list,
    network_mode: text.optional(),
    healthcheck: healthcheck.optional(),
    stop_signal: signal.optional(),
    stop_grace_period: seconds.optional(),
    mem_limit: size.optional(),
    shm_size: size.optional(),
    cpus: cpus.optional(),
    pids_limit: count(1, 1_000_000).optional(),
    ulimits: ulimits.default([]),
    restart: restart.default('unless-stopped'),
    user: anyText.optional(),
    group_add: z.array(anyText).default([]),
    working_dir: text.optional(),
    hostname: text.optional(),
    init: z.boolean().default(true),
    read_only: z.boolean().default(false),
    privileged: z.boolean().default(false),
    cap_add: list,
    cap_drop: list,
    security_opt: list,
    dns: z.union([text.transform((one) => [one]), z.array(text)]).default([]),
    sysctls: pairs.default({}),
    devices: list,
    logging: z
      .strictObject({
        driver: text.default('json-file'),
        options: z.record(text, anyText).default({}),
      })
      .optional(),
    extra_hosts: hosts.default([]),
    labels: labels.default({}),
  })
  .prefault({})
  .refine(({ networks, network_mode }) => networks.length === 0 || network_mode === undefined, {
    path: ['network_mode'],
    error: fieldProblem('networks'),
  })
  .transform(
    ({
      container_name,
      stop_signal,
      stop_grace_period,
      environment,
      networks,
      network_mode,
      mem_limit,
      shm_size,
      pids_limit,
      group_add,
      working_dir,
      read_only,
      cap_add,
      cap_drop,
      security_opt,
      extra_hosts,
      ...rest
    }) => ({
      environment,
      graceSeconds: stop_grace_period,
      settings: defined({
        ...rest,
        name: container_name,
        stopSignal: stop_signal,
        networks: network_mode === undefined ? networks : [network_mode],
        memoryBytes: mem_limit,
        shmBytes: shm_size,
        pidsLimit: pids_limit,
        groups: group_add,
        workingDir: working_dir,
        readOnly: read_only,
        capAdd: cap_add,
        capDrop: cap_drop,
        securityOpt: security_opt,
        extraHosts: extra_hosts,
      }),
    }),
  )
  .transform(singleDollars);

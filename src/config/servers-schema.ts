/** Servers and how they are reached: `ssh:` of the project and of an environment, and each server's own keys. */
import { z } from 'zod';
import { count, defined, hostName, seconds, secretReference, serverName, text } from './fields.ts';
import { fieldProblem, hostProblem } from './schema-messages.ts';

const userName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/u, {
  error: fieldProblem('login'),
});

const hop =
  /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}@)?(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/u;
const HOP = hostProblem('jumpHost');
const hops = z.union(
  [
    z
      .string()
      .transform((value) => value.split(/\s*,\s*/u))
      .pipe(
        z
          .array(z.string().regex(hop, { error: HOP }))
          .min(1)
          .max(8),
      ),
    z.array(z.string().regex(hop, { error: HOP })).max(8),
  ],
  { error: HOP },
);

const files = z.union([text.transform((one) => [one]), z.array(text).min(1).max(16)], {
  error: fieldProblem('files'),
});

const hostKey = z
  .string()
  .regex(/^(?:ssh-|ecdsa-|rsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/]{16,}={0,2}(?: .*)?$/u, {
    error: fieldProblem('hostKey'),
  });

/** Known everywhere; what is nearer to the server wins. */
const login = {
  user: userName.optional(),
  port: count(1, 65_535).optional(),
  identity_file: files.optional(),
  passphrase: secretReference.optional(),
  proxy_jump: hops.optional(),
  sudo: z.boolean().optional(),
  connect_timeout: seconds.optional(),
};

interface Login {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly identity_file?: readonly string[] | undefined;
  readonly passphrase?: string | undefined;
  readonly proxy_jump?: readonly string[] | undefined;
  readonly sudo?: boolean | undefined;
  readonly connect_timeout?: number | undefined;
}

function loginOf(given: Login) {
  return defined({
    user: given.user,
    port: given.port,
    identityFiles: given.identity_file,
    passphrase: given.passphrase,
    proxyJump: given.proxy_jump,
    sudo: given.sudo,
    connectTimeoutMs:
      given.connect_timeout === undefined ? undefined : given.connect_timeout * 1_000,
  });
}

/** With `unix://`, as DOCKER_HOST has it, or without; as sshd and socat take it. */
export const dockerSocket = z
  .string({ error: fieldProblem('dockerSocket') })
  .transform((value) => value.replace(/^unix:\/\//u, ''))
  .pipe(
    z.string().regex(/^\/(?:[A-Za-z0-9._+@/-]|\$\{uid\}){1,106}$/u, {
      error: fieldProblem('dockerSocket'),
    }),
  );

const server = z.union(
  [
    serverName.transform((name) => ({ name })),
    z
      .strictObject({
        name: serverName,
        host: hostName.optional(),
        ...login,
        host_keys: z.array(hostKey).min(1).max(16).optional(),
        service_address: hostName.optional(),
        service_port: count(1, 65_535).optional(),
        docker_socket: dockerSocket.optional(),
        base_folder: text.startsWith('/', { error: fieldProblem('absolutePath') }).optional(),
      })
      .transform((each) =>
        defined({
          ...loginOf(each),
          name: each.name,
          host: each.host,
          hostKeys: each.host_keys,
          serviceAddress: each.service_address,
          servicePort: each.service_port,
          dockerSocket: each.docker_socket,
          baseFolder: each.base_folder,
        }),
      ),
  ],
  {
    error: fieldProblem('server'),
  },
);

export const servers = z
  .array(server)
  .min(1, { error: fieldProblem('servers') })
  .max(1000);

/** Machines that balancers run on, where they are none of an environment's servers. */
export const balancers = z.array(server).max(16).default([]);

export const environmentSsh = z.strictObject(login).prefault({}).transform(loginOf);

/** `config` stands for ~/.ssh/config; `known_hosts` are the project's own files, the first is written to. */
export const projectSsh = z
  .strictObject({
    config: text.optional(),
    known_hosts: files.default(['known_hosts']),
    ...login,
  })
  .prefault({})
  .transform(({ config, known_hosts, ...rest }) => ({
    configFile: config ?? null,
    knownHosts: known_hosts,
    login: loginOf(rest),
  }));

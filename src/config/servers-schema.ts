/** Servers and how they are reached: `ssh:` of the project and of an environment, and each server's own keys. */
import { z } from 'zod';
import { count, defined, hostName, seconds, secretReference, serverName, text } from './fields.ts';
import { both } from './schema-messages.ts';

const userName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/u, {
  error: both({ zh: '应为登录名，例如 deploy', en: 'expected a login name such as deploy' }),
});

const hop =
  /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}@)?(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/u;
const HOP = both(
  {
    zh: '应为跳板机，例如 deploy@bastion:22',
    en: 'expected a jump host such as deploy@bastion:22',
  },
  'BAD_HOST_NAME',
);
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
  error: both({
    zh: '应为文件名，或文件名的列表',
    en: 'expected a file name or a list of file names',
  }),
});

const hostKey = z
  .string()
  .regex(/^(?:ssh-|ecdsa-|rsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/]{16,}={0,2}(?: .*)?$/u, {
    error: both({
      zh: '应为「类型 密钥」，如同 known_hosts 中的写法',
      en: 'expected "type key" as in known_hosts, for example "ssh-ed25519 AAAA…"',
    }),
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
        base_folder: text
          .startsWith('/', { error: both({ zh: '应为绝对路径', en: 'expected an absolute path' }) })
          .optional(),
      })
      .transform((each) =>
        defined({
          ...loginOf(each),
          name: each.name,
          host: each.host,
          hostKeys: each.host_keys,
          serviceAddress: each.service_address,
          servicePort: each.service_port,
          baseFolder: each.base_folder,
        }),
      ),
  ],
  {
    error: both({
      zh: '应为服务器名，或 {name, host, user, …}',
      en: 'expected a server name or {name, host, user, …}',
    }),
  },
);

export const servers = z
  .array(server)
  .min(1, { error: both({ zh: '至少要有一台服务器', en: 'expected at least one server' }) })
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

/** runsheet.yaml and the SSH configuration put together: where a server is, and how one gets there. */

import { posix } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { ServerConnection, SshFiles } from '../../ports/connections.ts';
import type { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';
import { type ClientConfig, type ConfigSource, readClientConfig } from './client-config.ts';
import { type Expand, expander, type SshUser } from './expand-path.ts';
import { assertHostName } from './host-key.ts';
import { type Identities, identitiesOf } from './identity-settings.ts';
import { placesOf } from './known-hosts.ts';

/** One machine that is logged in to: a server, or a jump host on the way. */
export interface Endpoint {
  /** The server that it is about, for messages and their remedies. */
  readonly server: string;
  /** `web-1`, or "jump host bastion". */
  readonly label: Localized;
  /** The jump host as it was named; null: the server itself. */
  readonly jumpName: string | null;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** As known_hosts names it: by HostKeyAlias alone, otherwise by host and port. */
  readonly place: string;
  /** The host without its port, for lines that name none; null: `place` has none either. */
  readonly placeWithoutPort: string | null;
  readonly hostKeys: readonly string[];
  readonly knownHostsFiles: readonly string[];
  readonly identities: Identities;
  readonly connectTimeoutMs: number;
  readonly via: Endpoint | null;
}

export interface EndpointOptions {
  readonly files: SshFiles;
  readonly user: SshUser;
  readonly connectTimeoutMs: number;
  /** Told once of each thing that the configuration asks for and is not done. */
  readonly onIgnored: (text: Localized) => void;
}

const DEFAULT_PORT = 22;
const DEEPEST = 8;
const HOP = /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@]+))(?::(\d{1,5}))?$/u;

/** Reads the configuration afresh. @throws PortError for one that cannot be followed */
export function endpointOf(server: ServerConnection, options: EndpointOptions): Endpoint {
  return resolve({ ...server, server: server.name, jumpName: null, depth: 0 }, options);
}

interface Wanted
  extends Partial<
    Pick<
      ServerConnection,
      | 'user'
      | 'port'
      | 'identityFiles'
      | 'passphrase'
      | 'proxyJump'
      | 'hostKeys'
      | 'connectTimeoutMs'
    >
  > {
  readonly server: string;
  readonly jumpName: string | null;
  readonly host: string;
  readonly depth: number;
}

function resolve(wanted: Wanted, options: EndpointOptions): Endpoint {
  const { server, jumpName } = wanted;
  assertHostName(server, wanted.host);
  const config = configFor(wanted, options);
  const host = (config.first('hostname') ?? wanted.host).replaceAll('%h', wanted.host);
  assertHostName(server, host);
  const user = wanted.user ?? config.first('user') ?? options.user.name;
  const port = wanted.port ?? portOf(config, server) ?? DEFAULT_PORT;
  const expand = expander({ named: wanted.host, host, port, user }, options.user);
  return {
    server,
    jumpName,
    label: labelOf(server, jumpName),
    host,
    port,
    user,
    ...placesOf(config.first('hostkeyalias'), host, port),
    hostKeys: wanted.hostKeys ?? [],
    knownHostsFiles: [...options.files.knownHostsFiles, ...userKnownHosts(config, expand, options)],
    identities: identitiesOf(wanted, config, expand, options.user),
    connectTimeoutMs: wanted.connectTimeoutMs ?? timeoutOf(config) ?? options.connectTimeoutMs,
    via: viaOf(wanted, { host, port }, config, options),
  };
}

function configFor(wanted: Wanted, options: EndpointOptions): ClientConfig {
  const { user, files } = options;
  const folder = posix.join(user.home, '.ssh');
  const sources: readonly ConfigSource[] =
    files.configFile === null
      ? [
          { file: posix.join(folder, 'config'), folder },
          { file: '/etc/ssh/ssh_config', folder: '/etc/ssh' },
        ]
      : [{ file: files.configFile, folder: posix.dirname(files.configFile) }];
  const config = readClientConfig(sources, {
    name: wanted.host,
    localUser: user.name,
    home: user.home,
    ...(wanted.user !== undefined && { user: wanted.user }),
  });
  for (const text of config.ignored) options.onIgnored(text);
  return config;
}

function portOf(config: ClientConfig, server: string): number | null {
  const text = config.first('port');
  if (text === null) return null;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  const given = { server, port: JSON.stringify(text) };
  throw refusal('invalid', server, diagnose('BAD_SSH_CONFIG', 'port', given));
}

function timeoutOf(config: ClientConfig): number | null {
  const seconds = Number(config.first('connecttimeout') ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null;
}

/** The next machine on the way; null: it is reached directly. */
function viaOf(
  wanted: Wanted,
  own: { readonly host: string; readonly port: number },
  config: ClientConfig,
  options: EndpointOptions,
): Endpoint | null {
  const hops = wanted.proxyJump ?? configuredHops(wanted, config);
  const last = hops.at(-1);
  if (last === undefined || last === 'none') return null;
  if (wanted.depth >= DEEPEST) throw tooManyJumps(wanted.server, last);
  const [, user, address, name, port] = HOP.exec(last) ?? [];
  const host = address ?? name;
  if (host === undefined) throw noJump(wanted.server, last);
  // `Host *` with a ProxyJump is about the jump host itself as well.
  if (isSame({ server: wanted.server, jumpName: last, host, depth: 0 }, port, own, options)) {
    return null;
  }
  const former = hops.slice(0, -1);
  return resolve(
    {
      server: wanted.server,
      jumpName: last,
      host,
      depth: wanted.depth + 1,
      ...(user !== undefined && { user }),
      ...(port !== undefined && { port: Number(port) }),
      ...(former.length > 0 && { proxyJump: former }),
      ...(wanted.depth === 0 && loginOfProject(wanted)),
    },
    options,
  );
}

function isSame(
  hop: Wanted,
  port: string | undefined,
  own: { readonly host: string; readonly port: number },
  options: EndpointOptions,
): boolean {
  const config = configFor(hop, options);
  const host = (config.first('hostname') ?? hop.host).replaceAll('%h', hop.host);
  const hopPort = port === undefined ? portOf(config, hop.server) : Number(port);
  return host === own.host && (hopPort ?? DEFAULT_PORT) === own.port;
}

/** The project's key is tried at its jump hosts too; what the SSH configuration has for them adds to it. */
function loginOfProject({ identityFiles, passphrase }: Wanted): Partial<Wanted> {
  return {
    ...(identityFiles !== undefined && { identityFiles }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function configuredHops(wanted: Wanted, config: ClientConfig): readonly string[] {
  const jump = config.first('proxyjump');
  if (jump !== null) return jump === 'none' ? [] : jump.split(/\s*,\s*/u);
  const command = config.first('proxycommand');
  if (command === null || command === 'none') return [];
  const { server, host } = wanted;
  throw refusal('refused', server, diagnose('PROXY_COMMAND', 'notRun', { server, host }));
}

function tooManyJumps(server: string, last: string): PortError {
  const jump = { server, hop: JSON.stringify(last), limit: DEEPEST };
  return refusal('invalid', server, diagnose('BAD_JUMP_HOST', 'tooMany', jump));
}

function noJump(server: string, last: string): PortError {
  const jump = { server, hop: JSON.stringify(last) };
  return refusal('invalid', server, diagnose('BAD_JUMP_HOST', 'form', jump));
}

function userKnownHosts(
  config: ClientConfig,
  expand: Expand,
  { user }: EndpointOptions,
): readonly string[] {
  const listed = (directive: string, fallback: string): readonly string[] =>
    (config.first(directive) ?? fallback)
      .split(/\s+/u)
      .filter((file) => file !== '' && file !== 'none')
      .map((file) => posix.resolve(user.home, expand(file)));
  return [
    ...listed('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2'),
    ...listed('globalknownhostsfile', '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2'),
  ];
}

function labelOf(server: string, jumpName: string | null): Localized {
  return jumpName === null
    ? { zh: server, en: server }
    : { zh: `跳板机 ${jumpName}`, en: `jump host ${jumpName}` };
}

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as curl reads them, for requests that leave for the world. */
import { BlockList, isIP } from 'node:net';
import { Agent, Dispatcher, ProxyAgent } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { failure } from '../refusal.ts';

type Surroundings = Readonly<Record<string, string | undefined>>;

const LOOPBACK = ['localhost', '.localhost', '127.0.0.0/8', '::1'];

/**
 * Sends each request by the proxy that the environment names for its scheme, or directly. This
 * machine is never asked by a proxy. Servers of a project are asked by the HttpProbe, which knows none.
 * @returns undefined where the environment names no proxy
 * @throws PortError INVALID where what it names is none; its address is not shown, it may hold a password
 */
export function proxyOf(environment: Surroundings): Dispatcher | undefined {
  const https = proxyIn(environment, 'HTTPS_PROXY');
  const http = proxyIn(environment, 'HTTP_PROXY');
  if (https === null && http === null) return undefined;
  return new ProxiedDispatcher({ https, http }, exceptions(environment));
}

class ProxiedDispatcher extends Dispatcher {
  readonly #direct = new Agent();
  readonly #by: Readonly<Record<string, Dispatcher>>;
  readonly #isExcepted: (url: URL) => boolean;

  constructor(
    { https, http }: { readonly https: string | null; readonly http: string | null },
    isExcepted: (url: URL) => boolean,
  ) {
    super();
    this.#isExcepted = isExcepted;
    this.#by = {
      ...(https !== null && { 'https:': new ProxyAgent(https) }),
      ...(http !== null && { 'http:': new ProxyAgent(http) }),
    };
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const url = new URL(String(options.origin));
    const proxy = this.#isExcepted(url) ? undefined : this.#by[url.protocol];
    return (proxy ?? this.#direct).dispatch(options, handler);
  }

  override async close(): Promise<void> {
    await Promise.all([this.#direct, ...Object.values(this.#by)].map((each) => each.close()));
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#direct, ...Object.values(this.#by)].map((each) => each.destroy()));
  }
}

/** The lower case wins, as everywhere. */
function valueOf(environment: Surroundings, name: string): string {
  return (environment[name.toLowerCase()] ?? environment[name] ?? '').trim();
}

/** An address without a scheme is one of HTTP. */
function proxyIn(environment: Surroundings, variable: string): string | null {
  const value = valueOf(environment, variable);
  if (value === '') return null;
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw failure(variable, diagnose('INVALID', 'proxyAddress', { variable }));
}

/** `example.com` stands for its subdomains too, as `.example.com` does; then addresses and networks. */
function exceptions(environment: Surroundings): (url: URL) => boolean {
  const listed = valueOf(environment, 'NO_PROXY').split(/[\s,]+/u);
  const entries = [...LOOPBACK, ...listed].filter((entry) => entry !== '');
  const tests = entries.map(testOf);
  return (url) => {
    const name = url.hostname.replace(/^\[|\]$/gu, '').toLowerCase();
    return tests.some((test) => test(name, portOf(url)));
  };
}

type Test = (name: string, port: string) => boolean;

function testOf(entry: string): Test {
  if (entry === '*') return () => true;
  const network = networkOf(entry);
  if (network !== null) return (name) => isIP(name) > 0 && network.check(name, familyOf(name));
  const [, host = entry, port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/u.exec(entry) ?? [];
  const wanted = host.toLowerCase().replace(/^\*?\./u, '');
  return (name, own) =>
    (port === undefined || port === own) && (name === wanted || name.endsWith(`.${wanted}`));
}

/** null: neither an address nor a network. */
function networkOf(entry: string): BlockList | null {
  const [address = '', bits] = entry.split('/');
  if (isIP(address) === 0) return null;
  const list = new BlockList();
  const family = familyOf(address);
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return null;
  list.addSubnet(address, prefix, family);
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}

import { describe, expect, it } from 'vitest';
import { Ambiguous, type NamedServer, namesOf } from '../../../src/adapters/nginx/names.ts';
import { parseUpstreams, type ServerLine } from '../../../src/adapters/nginx/upstream-file.ts';

const lines = (...servers: readonly string[]): readonly ServerLine[] =>
  parseUpstreams(`upstream app {\n${servers.join('\n')}\n}`)[0]?.servers ?? [];
const server = (change: Partial<NamedServer> = {}): NamedServer => ({
  name: 'web-1',
  theirs: null,
  address: '10.0.0.11:8080',
  ...change,
});
const named = (all: readonly ServerLine[], ...servers: readonly NamedServer[]) => {
  const names = namesOf(all, servers);
  return all.map((each) => names.get(each) ?? null);
};

describe('a server line is the server', () => {
  it.each([
    ['whose service answers there', 'server 10.0.0.11:8080;', {}],
    ['that its comment names', 'server 192.168.0.1:80; # web-1', {}],
    ['whose name is its address', 'server web-1:9000;', {}],
    [
      'of that address, whose port is the default one',
      'server 10.0.0.11;',
      { address: '10.0.0.11:80' },
    ],
    ['of balancer.names', 'server 192.168.0.1:80;', { theirs: '192.168.0.1' }],
    ['of balancer.names, by its comment', 'server 192.168.0.1:80; # w1', { theirs: 'w1' }],
    ['of a Unix socket', 'server unix:/run/a.sock;', { theirs: 'unix:/run/a.sock' }],
  ])('%s', (_what, text, change) => {
    expect(named(lines('server 10.9.9.9:1;', text), server(change))).toEqual([null, 'web-1']);
  });

  it.each([
    ['another port', 'server 10.0.0.11:8081;', {}],
    ['a name that begins the same', 'server web-10:8080;', {}],
    ['its address, where balancer.names gives another', 'server 10.0.0.11:8080;', { theirs: 'x' }],
    ['nothing that is known', 'server 10.0.0.12:8080;', { address: null }],
  ])('but not by %s', (_what, text, change) => {
    expect(named(lines(text), server(change))).toEqual([null]);
  });

  it('first by its comment, then by its address', () => {
    const all = lines('server 10.0.0.11:8080;', 'server 10.0.0.12:8080; # web-1');
    expect(named(all, server())).toEqual([null, 'web-1']);
  });

  it('of one alone: two lines or two servers are told apart by a person', () => {
    const twice = lines('server web-1:80;', 'server web-1:81;');
    expect(() => named(twice, server())).toThrow(Ambiguous);
    expect(() => named(twice, server())).toThrow(expect.objectContaining({ lines: [2, 3] }));
    const both = (): unknown =>
      named(lines('server 10.0.0.11:8080;'), server(), server({ name: 'web-2' }));
    expect(both).toThrow(expect.objectContaining({ servers: ['web-1', 'web-2'] }));
  });
});

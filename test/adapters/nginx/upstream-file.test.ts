/** Server lines of an upstream file: read, and changed without touching anything else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BadFile,
  drained,
  enabled,
  parseUpstreams,
  type ServerLine,
  weighted,
} from '../../../src/adapters/nginx/upstream-file.ts';
import { property } from '../../support/property.ts';

const linesIn = (text: string): readonly ServerLine[] => parseUpstreams(text)[0]?.servers ?? [];
const line = (text: string, index = 0): ServerLine => {
  const found = linesIn(text)[index];
  if (found === undefined) throw new Error(`no server line ${index}`);
  return found;
};
const inUpstream = (server: string): string => `upstream app {\n  ${server}\n}\n`;
const described = (server: string) => {
  const { address, label, isDown, isMarked, isBackup, weight } = line(inUpstream(server));
  return { address, label, isDown, isMarked, isBackup, weight };
};
const PLAIN = {
  address: 'a:80',
  label: null,
  isDown: false,
  isMarked: false,
  isBackup: false,
  weight: 1,
};

describe('a server line', () => {
  it.each([
    ['server a:80;', {}],
    ['server a:80 weight=5 max_fails=0 fail_timeout=2s;', { weight: 5 }],
    ['server a:80 down;', { isDown: true }],
    ['server a:80 backup;', { isBackup: true }],
    ['server "a:80" down;', { isDown: true }],
    ["server 'a:80';", {}],
    ['server\n a:80\n   down # for now\n ;', { isDown: true }],
    ['server a:80; # web-1', { label: 'web-1' }],
    ['server a:80; #web-1 in rack 7', { label: 'web-1' }],
    ['server a:80 down; # runsheet: drain', { isDown: true, isMarked: true }],
    ['server a:80 down; #runsheet:drain', { isDown: true, isMarked: true }],
    [
      'server a:80 down; # runsheet: drain # web-1',
      { isDown: true, isMarked: true, label: 'web-1' },
    ],
    ['server a:80 down; # runsheet: drained by hand', { isDown: true, label: 'runsheet:' }],
    ['server a:80; server b;', {}],
    ['server unix:/run/app.sock;', { address: 'unix:/run/app.sock' }],
    ['server [fd00::1]:8080;', { address: '[fd00::1]:8080' }],
    ['server a:80 slow_start=30s resolve;', {}],
  ])('%s', (text, wanted) => {
    expect(described(text)).toEqual({ ...PLAIN, ...wanted });
  });

  it('is none in a comment, in a block of its own, or of another directive', () => {
    const text = `# server x;
server { listen 80; server_name y; }
map $a $b { server z; }
upstream app { # server x;
  server a;
  keepalive 32;
  server_thing q;
}
upstream other { server b; }
`;
    expect(parseUpstreams(text).map(({ name, servers }) => [name, servers.length])).toEqual([
      ['app', 1],
      ['other', 1],
    ]);
  });

  it('is found in the http block of a whole nginx.conf, with the number of its line', () => {
    const text = 'events {}\nhttp {\n  upstream "app" {\n    server a;\n  }\n}\n';
    expect(parseUpstreams(text).map(({ name }) => name)).toEqual(['app']);
    expect(line(text).line).toBe(4);
  });
});

describe('a change', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['  server a:80;\n', '  server a:80 down; # runsheet: drain\n'],
    ['  server a:80;\r\n', '  server a:80 down; # runsheet: drain\r\n'],
    [
      '\tserver a:80 weight=2 ; # web-1\n',
      '\tserver a:80 weight=2 down ; # runsheet: drain # web-1\n',
    ],
    ['server a:80;# web-1\n', 'server a:80 down; # runsheet: drain# web-1\n'],
    ['server\n  a:80 # address\n  ;\n', 'server\n  a:80 down # address\n  ; # runsheet: drain\n'],
    ['server "a:80";\n', 'server "a:80" down; # runsheet: drain\n'],
  ];
  it.each(rows)('takes out and puts back: %j', (before, after) => {
    const wrap = (text: string): string => `upstream app {\nzone z 64k;\n${text}keepalive 4;\n}\n`;
    const out = drained(wrap(before), line(wrap(before)));
    expect(out).toBe(wrap(after));
    expect(line(out)).toMatchObject({ isDown: true, isMarked: true });
    expect(enabled(out, line(out))).toBe(wrap(before));
  });

  it('does not hide what follows on the same line', () => {
    const text = 'upstream app { server a; server b; }';
    const out = drained(text, line(text));
    expect(out).toBe('upstream app { server a down; # runsheet: drain\n server b; }');
    expect(linesIn(out).map(({ address, isDown }) => [address, isDown])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(linesIn(enabled(out, line(out))).every(({ isDown }) => !isDown)).toBe(true);
  });

  it('keeps what somebody wrote behind our mark as a comment', () => {
    const text = inUpstream('server a down; # runsheet: drain, by carol');
    // Not our mark: a word more makes it another comment.
    expect(line(text).isMarked).toBe(false);
    const with_ = inUpstream('server a down; # runsheet: drain since noon');
    expect(enabled(with_, line(with_))).toBe(inUpstream('server a; # since noon'));
  });

  it('takes the place of a mark that is left without its down', () => {
    const text = inUpstream('server a; # runsheet: drain');
    expect(drained(text, line(text))).toBe(inUpstream('server a down; # runsheet: drain'));
  });

  it('touches the one line only', () => {
    const text = 'upstream app {\n server a;\n server b;\n}\nupstream old { server b; }\n';
    const out = drained(text, line(text, 1));
    expect(out).toBe(text.replace(' server b;\n}', ' server b down; # runsheet: drain\n}'));
  });

  it('sets a weight where there was one, and where there was none', () => {
    const text = inUpstream('server a weight=2 max_fails=3; # web-1');
    expect(weighted(text, line(text), 7)).toBe(text.replace('weight=2', 'weight=7'));
    const plain = inUpstream('server a max_fails=3;');
    expect(weighted(plain, line(plain), 7)).toBe(inUpstream('server a weight=7 max_fails=3;'));
  });

  const space = fc.stringMatching(/^[ \t]{1,3}$/u);
  const parameter = fc.constantFrom('weight=3', 'max_fails=0', 'fail_timeout=5s', 'resolve');
  const tail = fc.constantFrom('', ' # web-1', '# caf\u00e9 \u00b7', ' server b:1;', '\r');
  const server = fc
    .tuple(fc.array(parameter, { maxLength: 3 }), space, tail)
    .map(
      ([words, gap, rest]) => `server${gap}a:80${words.map((each) => gap + each).join('')};${rest}`,
    );
  property('of any line comes back to the same bytes', [server], (text) => {
    const file = inUpstream(text);
    const out = drained(file, line(file));
    expect(line(out)).toMatchObject({ isDown: true, isMarked: true, label: line(file).label });
    const back = enabled(out, line(out));
    // A line break that the mark needed stays.
    expect(back.replace(/\n/gu, '')).toBe(file.replace(/\n/gu, ''));
    expect(linesIn(back).length).toBe(linesIn(file).length);
  });
});

describe('a file that is no configuration', () => {
  it.each([
    ['upstream app {\n server a;\n', 3, 'syntax'],
    ['upstream app { server "a; }', 1, 'syntax'],
    ['upstream app { server a; }\n}', 2, 'syntax'],
    ['upstream app {\n server ;\n}', 2, 'syntax'],
    ['upstream app { server a; }\nkeepalive', 2, 'syntax'],
    ['upstream app {\n server a;\n balancer_by_lua_block { pick() }\n}', 3, 'block'],
  ] as const)('%j', (text, at, why) => {
    const read = (): unknown => parseUpstreams(text);
    expect(read).toThrow(BadFile);
    expect(read).toThrow(expect.objectContaining({ line: at, why }));
  });

  const words = ['upstream', 'server', ' ', 'a', '{', '}', ';', '#', '"', '\\', '\n', '$', "'"];
  const piece = fc.nat(words.length - 1).map((index) => words[index]);
  const pieces = fc.array(piece).map((all) => all.join(''));
  property('is read, or refused with its line, whatever it holds', [pieces], (text) => {
    try {
      for (const { servers } of parseUpstreams(text)) {
        for (const each of servers)
          expect(text.split('\n').length).toBeGreaterThanOrEqual(each.line);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(BadFile);
    }
  });

  it('is empty without an upstream', () => {
    expect(parseUpstreams('')).toEqual([]);
    expect(parseUpstreams('upstream a {}').map(({ servers }) => servers.length)).toEqual([0]);
  });
});

/** B11: how a service is asked, read where the project is. */
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (health: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nhealth: ${health}\n`);

const settingsOf = (health: string) => {
  const { project, diagnostics } = parse(health);
  expect(diagnostics).toEqual([]);
  return project?.settings.health;
};

describe('B11: what a request to the service carries', () => {
  it('nothing but its path where nothing is said', () => {
    const found = settingsOf('{ path: /up }');
    for (const key of ['host', 'headers', 'scheme', 'tls']) expect(found).not.toHaveProperty(key);
  });

  it.each([
    ['{ host: quotes.example.com }', { host: 'quotes.example.com' }],
    ['{ host: "quotes.example.com:8443" }', { host: 'quotes.example.com:8443' }],
    ['{ host: "${environment}.example.com" }', { host: '${environment}.example.com' }],
    ['{ host: "[fd00::1]:8443" }', { host: '[fd00::1]:8443' }],
    ['{ scheme: https }', { scheme: 'https' }],
    ['{ scheme: https, tls: { ca: ca.pem } }', { scheme: 'https', tls: { ca: 'ca.pem' } }],
    ['{ scheme: https, tls: { verify: false } }', { scheme: 'https', tls: { verify: false } }],
    [
      '{ headers: { X-Forwarded-Proto: https, Authorization: "Bearer secret://env/TOKEN" } }',
      {
        headers: { 'X-Forwarded-Proto': 'https', Authorization: 'Bearer secret://env/TOKEN' },
      },
    ],
  ])('%s is read', (health, expected) => {
    expect(settingsOf(health)).toMatchObject(expected);
  });

  it.each([
    ['{ host: "https://quotes.example.com" }', 'health.host', 'without scheme and path'],
    ['{ host: "quotes.example.com/up" }', 'health.host', 'without scheme and path'],
    ['{ host: "a\\r\\nX-Evil: 1" }', 'health.host', 'without scheme and path'],
    ['{ host: "${server}.example.com" }', 'health.host', '${environment} and ${service} only'],
    ['{ headers: { Host: a.example.com } }', 'health.headers.Host', 'not set among the headers'],
    ['{ headers: { "X A": b } }', 'health.headers.X A', 'no header has such a name'],
    ['{ headers: { "X:": b } }', 'health.headers.X:', 'no header has such a name'],
    ['{ headers: { X-A: "b\\r\\nX-Evil: 1" } }', 'health.headers.X-A', 'no line ends'],
    ['{ headers: { X-A: "b\\n" } }', 'health.headers.X-A', 'no line ends'],
    ['{ headers: { X-A: "b\\0c" } }', 'health.headers.X-A', 'one line of ASCII'],
    ['{ headers: { X-A: "" } }', 'health.headers.X-A', 'the value of a header'],
    ['{ headers: { X-A: "${version}" } }', 'health.headers.X-A', '${service} only'],
    ['{ headers: { X-A: a, x-a: b } }', 'health.headers.x-a', 'set twice'],
    ['{ headers: { Transfer-Encoding: chunked } }', 'health.headers.Transfer', 'the connection'],
    ['{ headers: { Authorization: Basic YTpi } }', 'health.headers.Authorization', 'a secret://'],
    ['{ headers: { cookie: "session=abc" } }', 'health.headers.cookie', 'a secret:// reference'],
    ['{ headers: { X-A: "secret://a b" } }', 'health.headers.X-A', 'at the end of the value'],
    ['{ tls: { verify: false } }', 'health.tls.verify', 'no certificate to verify'],
    ['{ scheme: ftp }', 'health.scheme', 'http'],
    ['{ header: { a: b } }', 'health.header', 'no such key'],
  ])('%s is refused where it is written', (health, where, what) => {
    const [told] = parse(health).diagnostics;
    expect(told?.message.en).toContain(where);
    expect(told?.message.en).toContain(what);
    expect(told?.message.zh).toContain(where);
    expect(told?.place?.line).toBe(3);
  });

  it('another name may be asked for through the load balancer', () => {
    const { project } = parseProject(
      '/p',
      'service: app\nenvironments: {}\nbalancer: { verify: { host: www.example.com } }\n',
    );
    expect(project?.settings.balancer.verify).toEqual({
      requests: 60,
      path: '/',
      host: 'www.example.com',
    });
  });
});

/** 20 tests; those whose name begins with `critical:` must all pass (runsheet.yaml, `tests.critical`). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseConfiguration } from '../src/configuration.mjs';
import { createService } from '../src/server.mjs';
import { quoteCents, zoneOf } from '../src/shipping.mjs';

const sound = { exitCodeAtStart: null, status: 200, latencyMs: 0 };
const service = createService({
  version: 'v9.9.9',
  configuration: { SERVER_NAME: 'test-1', ENVIRONMENT: 'test' },
  behaviour: sound,
});
let base;

before(async () => {
  await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${service.address().port}`;
});

after(() => {
  service.closeAllConnections();
  service.close();
});

const answers = [
  ['critical: the health endpoint answers', '/healthz', 200, { status: 'ok', version: 'v9.9.9' }],
  ['critical: the version is the one deployed', '/version', 200, { version: 'v9.9.9', server: 'test-1' }],
  ['critical: a parcel within the country has its price', '/quote?country=CN&grams=1200', 200, { cents: 740 }],
  ['critical: an express parcel has its price', '/quote?country=US&grams=500&express=1', 200, { cents: 2730 }],
  ['critical: a parcel without weight is refused', '/quote?country=CN', 400, {}],
  ['a parcel that weighs too much is refused', '/quote?country=CN&grams=30001', 400, {}],
  ['a negative weight is refused', '/quote?country=CN&grams=-1', 400, {}],
  ['a weight that is no number is refused', '/quote?country=CN&grams=heavy', 400, {}],
  ['an unknown country is elsewhere', '/quote?country=ZZ&grams=1', 200, { cents: 2150 }],
  ['the first page names the service', '/', 200, { service: 'shipping-quotes' }],
  ['an unknown path is not found', '/nothing', 404, {}],
  ['a slow answer comes', '/slow?ms=5', 200, { askedMs: 5 }],
  ['a slow answer with no number comes at once', '/slow?ms=soon', 200, { askedMs: 0 }],
];

for (const [name, path, status, expected] of answers) {
  test(name, async () => {
    const answer = await fetch(`${base}${path}`);
    const body = await answer.json();
    assert.equal(answer.status, status);
    for (const [key, value] of Object.entries(expected)) assert.equal(body[key], value);
  });
}

test('HEAD has no body', async () => {
  const answer = await fetch(`${base}/version`, { method: 'HEAD' });
  assert.equal(await answer.text(), '');
});

test('critical: every zone has a price', () => {
  for (const country of ['CN', 'JP', 'DE', 'US', 'ZA']) assert.ok(quoteCents(country, 1) > 0);
});

test('a name of the prototype is no country', () => {
  assert.equal(zoneOf('constructor'), 'elsewhere');
});

test('express costs more', () => {
  assert.ok(quoteCents('CN', 1, true) > quoteCents('CN', 1, false));
});

test('configuration: comments and empty lines are skipped', () => {
  assert.deepEqual(parseConfiguration('# a\n\nA=1\n'), { A: '1' });
});

test('configuration: a value may hold =', () => {
  assert.deepEqual(parseConfiguration('A=b=c'), { A: 'b=c' });
});

test('configuration: white space around is dropped', () => {
  assert.deepEqual(parseConfiguration(' A = b '), { A: 'b' });
});

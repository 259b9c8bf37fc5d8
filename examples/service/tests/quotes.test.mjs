/** One test a row of quotes.json (80 rows): what a parcel costs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { quoteCents } from '../src/shipping.mjs';

const rows = JSON.parse(readFileSync(new URL('./quotes.json', import.meta.url), 'utf8'));

for (const { country, grams, express, cents } of rows) {
  test(`${country} ${grams} g ${express ? 'express' : 'standard'} costs ${cents} cents`, () => {
    assert.equal(quoteCents(country, grams, express), cents);
  });
}

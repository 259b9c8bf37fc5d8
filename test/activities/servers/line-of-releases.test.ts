import { describe, expect, it } from 'vitest';
import { lineOfReleases } from '../../../src/activities/servers/line-of-releases.ts';

describe('the line of releases', () => {
  it.each([
    ['as they came', 'c b a', 'c b a'],
    ['without what was left', 'a c b a', 'a'],
    ['twice back', 'a b c b a', 'a'],
    ['back, then on', 'd b c b a', 'd b a'],
    ['the same once more', 'b b a', 'b a'],
    ['none', '', ''],
  ])('%s', (_name, newestFirst, line) => {
    expect(lineOfReleases(newestFirst.split(' ').filter(Boolean)).join(' ')).toBe(line);
  });
});

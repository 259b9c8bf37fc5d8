import { describe, expect, it } from 'vitest';
import { globToRegExp } from '../../../src/activities/code/reports/report-files.ts';

describe('globs', () => {
  it.each([
    ['reports/*.xml', 'reports/a.xml', true],
    ['reports/*.xml', 'reports/deep/a.xml', false],
    ['**/TEST-*.xml', 'TEST-a.xml', true],
    ['**/TEST-*.xml', 'a/b/TEST-a.xml', true],
    ['reports/**', 'reports/deep/a.xml', true],
    ['./junit.xml', 'junit.xml', true],
    ['junit.xml', 'junitxxml', false],
    ['r/{a,b}.?ml', 'r/b.xml', true],
    ['r/(a)+.xml', 'r/(a)+.xml', true],
  ])('%s and %s: %s', (glob, path, matches) => {
    expect(globToRegExp(glob).test(path)).toBe(matches);
  });
});

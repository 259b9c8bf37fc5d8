import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

const FOLDER = join(ROOT, 'docs/decisions');

describe('decisions', () => {
  it('have a number each, the same in file name and heading', () => {
    const files = readdirSync(FOLDER).sort();
    const numbers = files.map((name) => Number(name.slice(0, 4)));
    expect(numbers).toEqual([...new Set(numbers)]);
    for (const name of files) {
      expect(readFileSync(join(FOLDER, name), 'utf8'), name).toMatch(
        new RegExp(`^# ${Number(name.slice(0, 4))}\\. `, 'u'),
      );
    }
  });
});

/** Golden folders: template.md beside plan.json or diagnostics.txt. UPDATE_GOLDEN=1 rewrites them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planDigest } from '../../src/compiler/index.ts';
import { renderDiagnostics } from '../../src/diagnostics/render.ts';
import { BROKEN_HANDLING, HANDLING } from './on-failure-variants.ts';
import { compile, ownText, planOf } from './reference.ts';
import { BROKEN_ROLLING, ROLLING } from './rolling-variants.ts';
import { BROKEN, CHANGED } from './variants.ts';

const folder = new URL('./fixtures/', import.meta.url);
const update = process.env['UPDATE_GOLDEN'] === '1';

function golden(name: string, file: string, content: string): string {
  const path = new URL(`${name}/${file}`, folder);
  if (update) {
    mkdirSync(new URL(`${name}/`, folder), { recursive: true });
    writeFileSync(path, content);
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('templates that compile to another plan', () => {
  test.each(Object.entries({ ...CHANGED, ...ROLLING, ...HANDLING }))('%s', (name, text) => {
    const plan = planOf(text);
    expect(text).toBe(golden(name, 'template.md', text));
    expect(`${JSON.stringify(plan, null, 2)}\n`).toBe(
      golden(name, 'plan.json', `${JSON.stringify(plan, null, 2)}\n`),
    );
    expect(planDigest(plan)).not.toBe(planDigest(planOf(ownText)));
  });
});

describe('templates that do not compile', () => {
  test.each(Object.entries({ ...BROKEN, ...BROKEN_ROLLING, ...BROKEN_HANDLING }))(
    '%s',
    (name, text) => {
      const { plan, diagnostics } = compile(text);
      expect(plan).toBeNull();
      const shown = `${renderDiagnostics(diagnostics, 'zh')}\n\n${renderDiagnostics(diagnostics, 'en')}\n`;
      expect(text).toBe(golden(name, 'template.md', text));
      expect(shown).toBe(golden(name, 'diagnostics.txt', shown));
    },
  );
});

test('every golden folder has its variant', () => {
  expect(readdirSync(folder).sort()).toEqual(
    [CHANGED, ROLLING, HANDLING, BROKEN, BROKEN_ROLLING, BROKEN_HANDLING]
      .flatMap((each) => Object.keys(each))
      .sort(),
  );
});

import { expect, it } from 'vitest';
import { oneLine } from '../../src/diagnostics/language.ts';

it.each([
  ['fine\n✓ Bob (Operations lead) ok', 'fine ✓ Bob (Operations lead) ok'],
  ['a\r\n\u2028b\u0085c', 'a b c'],
  ['v1 \u202eevil\u2066', 'v1 evil'],
  ['今晚不行', '今晚不行'],
  ['👩‍🔧 ok', '👩‍🔧 ok'],
])('S8 a comment is one item: %j', (text, item) => {
  expect(oneLine(text)).toBe(item);
});

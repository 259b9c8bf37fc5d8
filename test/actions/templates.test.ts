/** `${name}` in what a document sets. */
import { describe, expect, it } from 'vitest';
import { fillSettings, fillTemplate } from '../../src/actions/templates.ts';

describe('templates', () => {
  it('fills what it knows and leaves the rest as written', () => {
    const values = { version: 'v1', servers: ['a', 'b'], options: { x: 1 }, none: null };
    expect(fillTemplate('${version}: ${servers}', values)).toBe('v1: a, b');
    expect(fillTemplate('${parameters.version} ${unknown}', values)).toBe('v1 ${unknown}');
    expect(fillTemplate('${options} ${none}', values)).toBe('{"x":1} null');
    expect(fillSettings({ deep: { list: ['${version}', 1, null] } }, values)).toEqual({
      deep: { list: ['v1', 1, null] },
    });
  });
});

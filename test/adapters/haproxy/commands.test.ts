import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRoute,
  changeRoute,
  removeRoute,
  setState,
  setWeight,
  showMap,
  showPool,
} from '../../../src/adapters/haproxy/commands.ts';
import { property } from '../../support/property.ts';

describe('commands', () => {
  it('are what HAProxy expects', () => {
    expect(showPool('app')).toEqual(['show stat app 6 -1', 'show servers state app']);
    expect(setState('app', 'web-1', 'drain')).toBe('set server app/web-1 state drain');
    expect(setWeight('app', 'web-1', 7)).toBe('set server app/web-1 weight 7');
    expect(showMap('/etc/r.map')).toBe('show map /etc/r.map');
    expect(addRoute('/etc/r.map', '/api', 'app')).toBe('add map /etc/r.map /api app');
    expect(changeRoute('/etc/r.map', '/api', 'app')).toBe('set map /etc/r.map /api app');
    expect(removeRoute('/etc/r.map', '/api')).toBe('del map /etc/r.map /api');
  });

  it.each([
    ['a name with a space', () => setState('app', 'web 1', 'drain')],
    ['a second command', () => setState('app', 'x state maint;disable server app/y', 'drain')],
    ['a new line', () => setState('app\nshutdown sessions server app/x', 'y', 'ready')],
    ['another backend', () => setState('app', '../other/x', 'drain')],
    ['no name', () => showPool('')],
    ['a look-alike', () => showPool('аpp')],
    ['a weight that is none', () => setWeight('app', 'x', 1.5)],
    ['a weight above the heaviest', () => setWeight('app', 'x', 257)],
    ['a map that is no path', () => showMap('routes.map')],
    ['a map with a payload', () => showMap('/etc/r.map <<')],
    ['a route that is no path', () => addRoute('/m', 'api', 'app')],
    ['a route to remove with a second command', () => removeRoute('/m', '/x; del map /m')],
    ['a route with a value of its own', () => addRoute('/m', '/api other\nadd map /m /x', 'app')],
  ])('refuses %s by name', (_name, build) => {
    expect(build).toThrow(
      expect.objectContaining({
        name: 'PortError',
        kind: 'invalid',
        message: expect.stringMatching(/^BAD_PARAMETER: /u),
      }),
    );
  });

  const letter = fc.constantFrom(...'aZ09_.:-');
  const good = fc.string({ unit: letter, minLength: 1, maxLength: 30 });
  const odd = fc
    .tuple(fc.string({ unit: letter }), fc.constantFrom(...' ;/\n\r\t\0|<а'), fc.string())
    .map((parts) => parts.join(''));

  property('takes every name that is one', [good, good], (backend, server) => {
    expect(setState(backend, server, 'drain')).toBe(`set server ${backend}/${server} state drain`);
  });

  property('refuses every text that is more than a name', [good, odd], (name, text) => {
    expect(() => setState(text, name, 'drain')).toThrow('BAD_PARAMETER');
    expect(() => setState(name, text, 'drain')).toThrow('BAD_PARAMETER');
  });
});

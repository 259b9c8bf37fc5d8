/** A kind of balancer is a definition and a line: a further one needs nothing else of src/config. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { url, urlIn } from '../../src/config/balancers/address.ts';
import { defineBalancer, problem } from '../../src/config/balancers/definition.ts';
import { BALANCERS } from '../../src/config/balancers/index.ts';
import { balancerSchema } from '../../src/config/balancers/schema.ts';
import { diagnosticOf } from '../../src/config/schema-messages.ts';
import { diagnose } from '../../src/diagnostics/diagnose.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { FEW, NO_POOL } from '../support/few-capabilities.ts';

const KINDS = {
  ...BALANCERS,
  plain: defineBalancer({
    capabilities: FEW,
    keys: { url, file: z.string() },
    problems: ({ file }, { machines }) =>
      machines.includes(file)
        ? []
        : [
            problem(
              ['file'],
              diagnose('BAD_PROJECT_FILE', 'unlistedServer', { server: file, known: machines }),
            ),
          ],
    connection: (own, { settings }) => ({
      file: own.file,
      url: urlIn('production', own.url),
      pool: settings.pool,
    }),
  }),
};
const AROUND = { environments: { production: ['web-1'] }, machines: ['lb-1'] };

const told = ({ message, remedy }: Diagnostic): string => `${message.en} → ${remedy?.en ?? ''}`;
const schema = balancerSchema(KINDS);
const read = (given: object) => schema.parse(given);
const messages = (given: object): readonly string[] =>
  schema.safeParse(given).error?.issues.map((issue) => told(diagnosticOf(issue.message, '-'))) ??
  [];
const problems = (given: object): readonly string[] =>
  read(given)
    .problems(AROUND)
    .map(({ diagnostic }) => told(diagnostic));

describe('a further kind of balancer', () => {
  it('pins what it can tell, and is reached by its own keys', () => {
    const balancer = read({ kind: 'plain', file: 'lb-1', url: 'http://lb/', pool: 'app' });
    expect(balancer.settings).toMatchObject({ kind: 'plain', capabilities: FEW, pool: 'app' });
    expect(balancer.problems(AROUND)).toEqual([]);
    expect(balancer.connection(AROUND, null)).toEqual({
      kind: 'plain',
      at: { file: 'lb-1', url: 'http://lb', pool: 'app' },
    });
    expect(read({ kind: 'none' }).connection(AROUND, null)).toEqual({ kind: 'none', at: null });
  });

  it('says what no single value shows', () => {
    expect(problems({ kind: 'plain', file: 'lb-9' })).toEqual([
      'there is no server lb-9 → list it under balancers or environments, which have lb-1',
    ]);
  });

  it('refuses keys that only others have, and names who has them', () => {
    expect(messages({ kind: 'none', url: 'http://lb' })).toEqual([
      '-: kind is none → write kind: haproxy, nginx, plain, or remove url',
    ]);
    expect(messages({ kind: 'plain', file: 'lb-1', names: {} })).toEqual([
      '-: kind is plain → write kind: haproxy, nginx, or remove names',
    ]);
  });

  it('refuses what it cannot do before a run begins', () => {
    const plain = { kind: 'plain', file: 'lb-1' };
    expect(problems({ ...plain, weights: { 'web-1': 2 }, routes: { '/api': 'app' } })).toEqual([
      'balancer.weights: a load balancer of kind plain cannot do that → remove weights',
      'balancer.routes: a load balancer of kind plain cannot do that → remove routes',
    ]);
    expect(problems({ ...plain, floor: '50%' })).toEqual([]);
  });

  it('has no key about a pool where there is none, whatever it says', () => {
    for (const [key, value] of Object.entries({
      pool: 'web',
      floor: '50%',
      verify: {},
      weights: {},
      minimum_samples: 'many',
    })) {
      expect(messages({ kind: 'none', [key]: value })).toEqual([
        `-: kind is none → write kind: embedded, haproxy, nginx, plain, or remove ${key}`,
      ]);
    }
    const { settings } = read({ kind: 'none' });
    expect(settings).toEqual({ ...read({}).settings, kind: 'none', capabilities: NO_POOL });
  });

  it('is offered beside the others', () => {
    expect(messages({ kind: 'envoy' })).toEqual([
      '-: expected one of embedded, haproxy, nginx, none, plain → ',
    ]);
    expect(read({}).settings.kind).toBe('embedded');
  });
});

it('no code but the registry, its adapters and their tests names a kind', () => {
  // An everyday word beside: it is this one where it is a kind.
  const names = Object.keys(BALANCERS).filter((kind) => kind !== 'none');
  const allowed = /^(?:config\/balancers|adapters|worker\/balancers\.ts)/u;
  const word = new RegExp(
    `(['"\`])(?:${names.join('|')})\\1|balancer\\.kind\\W+none|\\bkind(?:: | [!=]== )'none'`,
    'u',
  );
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const naming = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      !allowed.test(file) &&
      word.test(readFileSync(join('src', file), 'utf8')),
  );
  expect(naming).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { compile, edit, ownText, planOf } from './reference.ts';

const TYPE = '  skip_tests:\n';
const withParameter = (fields: string): string =>
  edit(ownText, TYPE, `  extra:\n${fields.replace(/^/gmu, '    ')}\n${TYPE}`);
const extraOf = (fields: string) =>
  planOf(withParameter(fields)).parameters.find(({ name }) => name === 'extra');
const errorsOf = (text: string) =>
  compile(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message.en}`);

describe('G6 a text of a template', () => {
  it.each(['3.10', '1e3', '0x1F', '010', 'yes', 'True', '2024-01-15'])(
    'G6 default: %s is what stands there',
    (written) => {
      expect(extraOf(`type: string\ndefault: ${written}`)).toMatchObject({ default: written });
      expect(extraOf(`type: array\ndefault: [${written}]`)).toMatchObject({ default: [written] });
      expect(extraOf(`type: string\nenum: [${written}, other]`)).toMatchObject({
        enum: [written, 'other'],
      });
    },
  );

  it.each(['~', 'null', ''])('G6 %j is none', (written) => {
    expect(errorsOf(withParameter(`type: string\ndefault: ${written}`))).toEqual([
      'BAD_FIELD the default is not of type string',
    ]);
    expect(errorsOf(edit(ownText, 'version: 1.0.0', `version: ${written}`))).toHaveLength(1);
  });

  it('G6 a number is one as JSON writes it', () => {
    expect(extraOf('type: number\ndefault: 1e3')).toMatchObject({ default: 1000 });
    expect(extraOf('type: number\ndefault: 3.10')).toMatchObject({ default: 3.1 });
    for (const written of ['010', '0x1F', '1_000', '~', '"3"']) {
      expect(errorsOf(withParameter(`type: number\ndefault: ${written}`))).toEqual([
        'BAD_FIELD the default is not of type number',
      ]);
    }
  });

  it('G6 a tag that nobody knows is an error', () => {
    expect(errorsOf(edit(ownText, 'version: 1.0.0', 'version: !v 1.0.0'))).toContainEqual(
      expect.stringMatching(/^BAD_YAML .*Unresolved tag: !v/u),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnostics/diagnose.ts';
import { say } from '../../src/diagnostics/language.ts';

describe('a diagnostic', () => {
  it('is filled in in both languages, lists in the manner of each', () => {
    expect(diagnose('MISSING_STEP', 'inRequest', { number: 7, steps: [1, 2] })).toEqual({
      code: 'MISSING_STEP',
      severity: 'error',
      message: { zh: '没有步骤 7', en: 'there is no step 7' },
      remedy: { zh: '现有步骤：1、2', en: 'the steps are 1, 2' },
    });
  });

  it('takes what is in both languages in each of them', () => {
    const label = { zh: '执行内容', en: 'Actions' };
    const { message } = diagnose('MISSING_FIELD', 'stepPart', { label });
    expect(message).toEqual({ zh: '这一步没有「执行内容」', en: 'this step has no "Actions"' });
  });

  it('asks for the words that were probably meant', () => {
    const near = ['a', 'b'];
    const { remedy } = diagnose('UNKNOWN_LABEL', 'label', { label: 'c' }, { near });
    expect(remedy).toEqual({ zh: '您是否想写「a」或「b」？', en: 'did you mean "a" or "b"?' });
    expect(diagnose('UNKNOWN_LABEL', 'label', { label: 'c' }, { near: [] }).remedy?.en).toBe(
      'put prose under "**Note**"',
    );
  });

  it('has the severity and the form that the catalogue gives', () => {
    const found = diagnose('PLAN_CHANGED', 'sinceShown', { digest: 'x' }, { actual: 'y' });
    expect(found).toMatchObject({ expected: { zh: 'x', en: 'x' }, actual: 'y' });
    expect(diagnose('TOO_LARGE', 'moreProblems', { count: 3 })).toMatchObject({
      severity: 'hint',
      message: { en: '… and more problems: 3' },
    });
  });

  it('leaves the braces of JSON and of run sheets, and what was typed, as they are', () => {
    expect(diagnose('BAD_REQUEST', 'overridesKind', {}).remedy?.en).toContain('{"skip":[{"step":1');
    const remedy = diagnose('BAD_PROJECT_FILE', 'portNotPublished', { port: 80 }).remedy?.en;
    expect(remedy).toContain('"${port}:80"');
    const typed = diagnose('UNKNOWN_SECTION', 'section', { section: '{section}$&' });
    expect(typed.message.en).toBe('there is no section "{section}$&"');
  });

  it('does not compile without its parameters, or with others', () => {
    // @ts-expect-error -- `steps` is missing
    const missing = diagnose('MISSING_STEP', 'inRequest', { number: 7 });
    expect(missing.remedy?.en).toBe('the steps are {steps}');
    // @ts-expect-error -- nothing takes `name`
    expect(diagnose('NOT_UTF8', 'file', { name: 'x' }).code).toBe('NOT_UTF8');
    // @ts-expect-error -- nothing takes `name`
    expect(diagnose('ENDLESS_JUMP', 'back', { number: 1, name: 'x' }).code).toBe('ENDLESS_JUMP');
    // @ts-expect-error -- a variant of another code
    expect(() => diagnose('NOT_UTF8', 'back', {})).toThrow(TypeError);
    // @ts-expect-error -- no such code
    expect(() => diagnose('NO_SUCH_CODE', 'file', {})).toThrow(TypeError);
  });
});

it('a sentence is said in the language of whoever reads it', () => {
  expect(say({ language: 'zh' }, '好', 'good')).toBe('好');
  expect(say({ language: 'en' }, '好', 'good')).toBe('good');
});

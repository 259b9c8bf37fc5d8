/** Which template a run takes, and the run that is pinned from it. */
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import {
  type CompileTemplate,
  findTemplate,
  type TemplateSource,
  templateIdOf,
} from '../../../src/compiler/request/library.ts';
import { resolveRun } from '../../../src/compiler/request/run.ts';
import type { Json } from '../../../src/plan/plan.ts';
import type { BalancerSettings } from '../../../src/plan/settings.ts';
import { FEW } from '../../support/few-capabilities.ts';
import { SETTINGS } from '../../support/resolved-run.ts';
import { edit, englishText, ownText } from '../reference.ts';

const ID = 'deployment_workflow_v1';
const compile: CompileTemplate = ({ file, bytes }) => {
  const { plan, parameters, diagnostics } = compileTemplate({ file, bytes });
  return { plan, parameters, digest: plan === null ? '' : planDigest(plan), diagnostics };
};

function source(
  file: string,
  text: string,
  origin: TemplateSource['origin'] = 'package',
): TemplateSource {
  return { file, origin, bytes: new TextEncoder().encode(text) };
}

const CHINESE = source('deployment.md', ownText);
const ENGLISH = source('deployment.en.md', englishText);
const ANY = { language: null, named: null };

describe('a template', () => {
  it('has the id that its metadata claims', () => {
    expect(templateIdOf(CHINESE)).toBe(ID);
    expect(templateIdOf(source('a.md', 'template_id: "x" # mine'))).toBe('x');
    expect(templateIdOf(source('b.md', '# nothing'))).toBeNull();
  });

  it('is the variant of the language that was asked for, the named file, or the original', () => {
    const sources = [ENGLISH, CHINESE];
    const found = (choice: Parameters<typeof findTemplate>[3]) =>
      findTemplate(ID, sources, compile, choice).plan?.presentation.language;
    expect(found({ language: 'en', named: 'deployment.md' })).toBe('en');
    expect(found({ language: 'zh', named: null })).toBe('zh');
    expect(found({ language: null, named: 'templates/deployment.en.md' })).toBe('en');
    expect(found(ANY)).toBe('zh');
  });

  it('of the project is taken before one that came with the software', () => {
    const changed = edit(ownText, '95%', '90%');
    const { files, plan } = findTemplate(
      ID,
      [CHINESE, source('own.md', changed, 'project')],
      compile,
      ANY,
    );
    expect(files).toEqual(['own.md']);
    expect(JSON.stringify(plan)).toContain('90');
  });

  it('that nobody has is named with the nearest', () => {
    const near = findTemplate('deployment_workflow_v2', [CHINESE], compile, ANY);
    expect(near.plan).toBeNull();
    expect(near.diagnostics).toMatchObject([
      { code: 'UNKNOWN_TEMPLATE', expected: { en: ID }, remedy: { en: `did you mean "${ID}"?` } },
    ]);
    const none = findTemplate('x', [], compile, ANY);
    expect(none.diagnostics[0]?.message.en).toContain('there are no templates at all');
  });

  it('that does not compile is refused with its own diagnostics', () => {
    const broken = source('broken.md', edit(ownText, '运行代码静态分析工具', '做点什么'));
    const { plan, diagnostics } = findTemplate(ID, [broken, ENGLISH], compile, ANY);
    expect(plan).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toContain('UNKNOWN_PHRASE');
  });

  it('twice in one language, or a translation that means something else, is refused', () => {
    const twice = findTemplate(ID, [CHINESE, source('copy.md', ownText)], compile, ANY);
    expect(twice.diagnostics).toMatchObject([
      { code: 'DUPLICATE_TEMPLATE', remedy: { en: 'give one of them another template_id' } },
    ]);
    const other = source('deployment.en.md', edit(englishText, '95%', '90%'));
    const apart = findTemplate(ID, [CHINESE, other], compile, ANY);
    expect(apart.plan).toBeNull();
    expect(apart.diagnostics).toMatchObject([
      {
        code: 'DUPLICATE_TEMPLATE',
        remedy: { en: 'compare the files: only the wording may differ' },
      },
    ]);
  });
});

describe('a run', () => {
  const GOOD = {
    environment: 'production',
    servers: ['app-server-1'],
    version: 'v2.1.0',
    requested_by: 'carol',
  };
  const resolve = (
    inputs: readonly Json[],
    templateId = ID,
    balancer: Partial<BalancerSettings> = {},
  ) =>
    resolveRun({
      templateId,
      inputs,
      templates: [CHINESE, ENGLISH],
      compile,
      project: {
        service: 'quotes',
        settings: {
          ...SETTINGS,
          balancer: {
            ...SETTINGS.balancer,
            pool: '${environment}',
            routes: { '/api': 'api-${environment}' },
            ...balancer,
          },
        },
        environments: { production: { servers: ['app-server-1'] } },
        people: { carol: { name: 'Carol' } },
        approval: { allowSelfApproval: false, reminderSeconds: 3600 },
      },
    });

  it('pins plan, settings of its environment, and request', () => {
    const { run, wrong, language } = resolve([GOOD]);
    expect({ wrong, language }).toEqual({ wrong: null, language: 'zh' });
    expect(run).toMatchObject({ service: 'quotes', version: 'v2.1.0', requestedBy: 'carol' });
    expect(run?.settings.balancer).toMatchObject({
      pool: 'production',
      routes: { '/api': 'api-production' },
    });
    expect(run?.planDigest).toMatch(/^sha256:[0-9a-f]{64}$/u);
  });

  it('warns of criteria that its load balancer cannot tell', () => {
    const { run, diagnostics } = resolve([GOOD], ID, { kind: 'plain', capabilities: FEW });
    expect(diagnostics.map(({ code }) => code)).toContain('NOT_TOLD_BY_BALANCER');
    expect(run?.warnings.join()).toContain('步骤 6 的条件「无活跃连接」不会被测量');
  });

  it('speaks the language that was asked for', () => {
    expect(resolve([{ ...GOOD, language: 'en' }]).run?.language).toBe('en');
    expect(resolve(['Run deployment.en.md', GOOD]).run?.plan.presentation.language).toBe('en');
  });

  it('that cannot start says whether template or request is wrong', () => {
    expect(resolve([GOOD], 'nothing')).toMatchObject({ run: null, wrong: 'template' });
    expect(resolve([{ ...GOOD, version: 7 }])).toMatchObject({ run: null, wrong: 'request' });
  });
});

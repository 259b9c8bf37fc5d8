/** What an action needs, who may approve and what is judged: over every way through the steps. */
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/compiler/index.ts';
import { RESERVED_TEMPLATE_IDS } from '../../src/plan/reserved-ids.ts';
import * as workflows from '../../src/workflows/index.ts';
import { englishText, seedText } from './reference.ts';

function errorsOf(text: string): readonly string[] {
  const { diagnostics } = compileTemplate({ file: 'deployment.md', text });
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message.en}`);
}

/** The reference template with edits; an edit that changes nothing is a mistake of the test. */
function edited(...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, englishText);
}

function criteriaOf(text: string, number: number): readonly string[] {
  const { plan } = compileTemplate({ file: 'deployment.md', text });
  const step = plan?.steps.find((each) => each.number === number);
  return step !== undefined && 'criteria' in step ? step.criteria.map(({ fact }) => fact) : [];
}

describe('U2: what an action needs', () => {
  it('U2 a run sheet without a build does not compile', () => {
    const [step3 = ''] = /### 3\.[\s\S]*?(?=### 4\.)/u.exec(seedText) ?? [];
    expect(errorsOf(seedText.replace(step3, ''))).toEqual([
      'NOT_PROVIDED "拉取新版本镜像" needs the pushed image, and no action before it provides one',
      'NOT_PROVIDED "启动新版本服务" needs the pushed image, and no action before it provides one',
    ]);
  });

  it('U2 a run sheet without "Push the image" says who could provide it', () => {
    const text = edited(
      ['- Push the image to the registry\n', ''],
      ['- The image is pushed to the registry\n', ''],
    );
    const { diagnostics } = compileTemplate({ file: 'deployment.md', text });
    const found = diagnostics.filter(({ code }) => code === 'NOT_PROVIDED');
    expect(found.map(({ place }) => place?.line).length).toBe(2);
    expect(found[0]?.remedy?.en).toContain('"Push the image to the registry"');
  });

  it('U2 a push before the build is told at the push', () => {
    const text = edited([
      '- Build the Docker image\n- Push the image to the registry\n',
      '- Push the image to the registry\n- Build the Docker image\n',
    ]);
    expect(errorsOf(text)).toEqual([
      'NOT_PROVIDED "Push the image to the registry" needs the built image, and no action before it provides one',
    ]);
  });

  it('U2 a build that some parameters skip is told with those parameters', () => {
    const skip = '**跳过条件**: \n- 参数 `skip_tests` 为 true\n\n### 4.';
    expect(errorsOf(seedText.replace('### 4.', skip))).toEqual([
      'NOT_PROVIDED "拉取新版本镜像" needs the pushed image, and with skip_tests = true no action before it provides one',
      'NOT_PROVIDED "启动新版本服务" needs the pushed image, and with skip_tests = true no action before it provides one',
    ]);
  });
});

describe('U3: what the success rules are judged by', () => {
  it('U3 a health check after the last step that changes servers is too late', () => {
    const text = seedText;
    const [, step8 = ''] = /(### 8\.[\s\S]*?)(?=### 9\.)/u.exec(text) ?? [];
    const moved = text
      .replace(step8, '')
      .replace('### 10.', `${step8}### 10.`)
      .replace('步骤8-9', '步骤9-8');
    expect(errorsOf(moved).join('\n')).toContain('"Health checks" is only measured after step 9');
  });
});

describe('G1: who may approve', () => {
  it('G1 an environment that reaches the approval and is not listed does not compile', () => {
    const text = seedText.replace('- staging: 技术负责人\n', '');
    expect(errorsOf(text)).toEqual([
      'POLICY_UNSATISFIABLE staging reaches the approval of step 5, and the approvers do not list it',
    ]);
  });

  it('G1 an environment that does not reach it needs no approvers', () => {
    expect(errorsOf(seedText)).toEqual([]);
  });
});

describe('G8: what nobody judged', () => {
  it('G8 "Run the unit tests" alone is judged by its default', () => {
    const text = seedText.replace(
      '- 测试通过率 >= 95%\n- 关键功能测试 100% 通过\n',
      '- 测试覆盖率 >= 10%\n',
    );
    expect(criteriaOf(text, 2)).toEqual(['tests.coverage', 'tests.pass_rate']);
  });

  it('G8 "Audit dependencies" alone is judged by its default', () => {
    const text = seedText.replace('- 无高危安全漏洞\n', '');
    expect(criteriaOf(text, 1)).toContain('security.high_findings');
  });

  it('G8 "Check code style" is judged although the document reads nothing of it', () => {
    expect(criteriaOf(seedText, 1)).toContain('code.style_ok');
  });

  it('G8 a fact that another step judges is held against the same', () => {
    const again =
      '### 11. 复查 [action]\n**执行内容**:\n- 执行单元测试\n\n**成功条件**: \n- 关键功能测试 100% 通过\n\n## 回滚策略';
    const text = seedText.replace('## 回滚策略', again);
    const { plan } = compileTemplate({ file: 'deployment.md', text });
    const step = plan?.steps.find((each) => each.number === 11);
    expect(step).toMatchObject({
      criteria: [{ fact: 'tests.critical_pass_rate' }, { fact: 'tests.pass_rate', threshold: 95 }],
    });
  });
});

describe('reserved ids', () => {
  it('are those of the worker itself', () => {
    for (const name of Object.keys(workflows)) expect(RESERVED_TEMPLATE_IDS).toContain(name);
  });

  it.each(['probe', 'environmentLock', 'toString', 'valueOf', 'hostKeys'])('refuse %s', (id) => {
    const text = seedText.replace('template_id: deployment_workflow_v1', `template_id: ${id}`);
    expect(errorsOf(text)).toEqual([
      `RESERVED_NAME template_id cannot be "${id}": the name is reserved`,
    ]);
  });
});

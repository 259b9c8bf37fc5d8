/** Every run sheet of templates/ compiles, explains itself, and its translations mean the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../src/compiler/index.ts';
import { resolveRequest } from '../../src/compiler/request/resolve.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planOf, seedText } from './reference.ts';

const folder = new URL('../../templates/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];

function planIn(file: string): Plan {
  const { plan, diagnostics } = compileTemplate({ file, text: textOf(file) });
  if (plan === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  return plan;
}

/** The fenced requests under 使用示例, each below its own heading. */
function examplesOf(file: string): readonly string[] {
  const section = /^## (?:使用示例|Usage examples)$([\s\S]*?)^## /mu.exec(textOf(file))?.[1] ?? '';
  return section
    .split(/^### .*$/mu)
    .slice(1)
    .map((each) => /```\n([\s\S]*?)```/u.exec(each)?.[1] ?? '');
}

it('each is there in two languages', () => {
  expect(files.sort()).toEqual([
    'ci-image-deployment.en.md',
    'ci-image-deployment.md',
    'deployment.en.md',
    'deployment.md',
    'promotion.en.md',
    'promotion.md',
    'repair.en.md',
    'repair.md',
    'restart.en.md',
    'restart.md',
    'rollback.en.md',
    'rollback.md',
    'rolling-deployment.en.md',
    'rolling-deployment.md',
  ]);
});

describe.each(files)('%s', (file) => {
  it('compiles with nothing to be told but what its examples need of a project', () => {
    const { plan, diagnostics, explanation } = compileTemplate({ file, text: textOf(file) });
    expect(plan).not.toBeNull();
    const known = file.startsWith('deployment') ? ['NO_SERVICE_BETWEEN', 'UNKNOWN_TASK'] : [];
    expect(diagnostics.map((each) => each.code)).toEqual(known);
    expect(explanation).toHaveLength(textOf(file).replace(/\n$/u, '').split('\n').length);
  });

  it('means what its translation means', () => {
    const [other] = files.filter(
      (each) => each !== file && each.replace('.en', '') === file.replace('.en', ''),
    );
    expect(planDigest(planIn(other ?? ''))).toBe(planDigest(planIn(file)));
  });

  it('has examples that are requests of it', () => {
    const plan = planIn(file);
    const examples = examplesOf(file);
    expect(examples.length).toBeGreaterThan(0);
    for (const text of examples) {
      const { request, diagnostics } = resolveRequest({
        plan,
        planDigest: planDigest(plan),
        inputs: text.includes('environment')
          ? [text]
          : [text, { environment: 'production', servers: SERVERS, version: 'v2.1.0' }],
        project: {
          environments: { production: { servers: SERVERS } },
          actions: { 数据库迁移验证: { argv: ['true'], on: 'worker', timeoutSeconds: 1 } },
          balancer: null,
        },
        templateFiles: [file],
      });
      expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([]);
      expect(request?.version).toMatch(/^v2\.1\.0/u);
    }
  });
});

describe('the rolling deployment', () => {
  const plan = planIn('rolling-deployment.md');

  it('rolls steps 6 to 9 and is the reference in all else', () => {
    const { rolling, ...rest } = plan;
    expect(rolling).toEqual({
      from: 6,
      to: 9,
      batches: [
        { kind: 'count', servers: 1 },
        { kind: 'percent', percent: 25 },
        { kind: 'percent', percent: 50 },
      ],
      pauseSeconds: 10,
      failureBudget: 1,
      minimumInPoolPercent: 50,
      observeSeconds: 30,
    });
    const reference = planOf(seedText);
    for (const key of ['parameters', 'steps', 'rollback', 'success', 'metrics'] as const)
      expect(rest[key]).toEqual(reference[key]);
  });

  it('explains each of its lines', () => {
    const { explanation } = compileTemplate({
      file: 'a.md',
      text: textOf('rolling-deployment.md'),
    });
    const rolled = explanation.filter((row) =>
      /^\*\*(?:批次|允许失败台数|最少在线|观察)/u.test(row.text),
    );
    expect(rolled.map((row) => [row.kind, row.became.zh, row.became.en])).toEqual([
      [
        'setting',
        '步骤 6–9 一批接一批进行：1 台、25%、50%',
        'steps 6–9 batch by batch: 1 server, 25%, 50%',
      ],
      ['setting', '批次间隔 10 秒', 'pause 10 s'],
      ['setting', '允许失败台数 1', 'failure budget 1 server'],
      ['setting', '最少在线 50%', 'minimum in pool 50%'],
      ['setting', '首批观察 30 秒', 'first one observed for 30 s'],
    ]);
  });
});

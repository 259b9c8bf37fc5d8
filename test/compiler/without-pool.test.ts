/** A project without a load balancer: what is about a pool is left out, and no criterion waits for one. */
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/compiler/index.ts';
import type { Vocabulary } from '../../src/compiler/vocabulary.ts';
import { NO_POOL_SHEET, WITHOUT_POOL } from '../support/without-pool.ts';
import { seedText } from './reference.ts';

function compile(text: string, vocabulary: Vocabulary = WITHOUT_POOL) {
  return compileTemplate({ file: 'deployment.md', text, vocabulary });
}

function errors(text: string, vocabulary?: Vocabulary): readonly string[] {
  return compile(text, vocabulary)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, place, excerpt }) => `${code} ${place?.line} ${excerpt?.trim() ?? ''}`);
}

describe('criteria that only a pool tells', () => {
  it('are errors in the seed, each at its line, and nothing else is', () => {
    const lineOf = (text: string): number =>
      seedText.split('\n').findIndex((line) => line.includes(text)) + 1;
    expect(errors(seedText)).toEqual(
      ['- 无活跃连接', '- 所有服务器接收流量正常', '- 负载分布均匀', '- ✅ 服务正常接收流量'].map(
        (text) => `UNMEASURED_CRITERION ${lineOf(text)} ${text}`,
      ),
    );
    expect(errors(seedText, { roles: {}, actions: {} })).toEqual([]);
  });

  it('say what they are, why, and what to do', () => {
    const { diagnostics } = compile(seedText);
    const found = diagnostics.find(({ code }) => code === 'UNMEASURED_CRITERION');
    expect(found?.message).toEqual({
      zh: '没有负载均衡（balancer.kind: none），「无活跃连接」不会被测量，这个条件永远不会满足',
      en: 'there is no load balancer (balancer.kind: none), so "无活跃连接" is never measured and can never be met',
    });
    expect(found?.remedy?.en).toContain('drains in its own stop');
    expect(found?.remedy?.zh).toContain('停止时自己排空');
  });

  it.each(['负载偏差 <= 5%', '已加入负载均衡池', '路由规则更新成功', '活跃连接 <= 3'])(
    'whatever form they have: %s',
    (criterion) => {
      const text = seedText.replace('- 负载分布均匀', `- ${criterion}`);
      expect(errors(text)[2]).toContain(`- ${criterion}`);
    },
  );

  it('are not those that health checks tell', () => {
    expect(errors(NO_POOL_SHEET)).toEqual([]);
    const { plan } = compile(NO_POOL_SHEET);
    const facts = plan?.steps.flatMap((step) =>
      'criteria' in step ? step.criteria.map(({ fact }) => fact) : [],
    );
    expect(facts).toContain('service.error_rate');
    expect(facts).toContain('service.stopped');
    expect(facts).not.toContain('pool.removed');
    expect(facts).not.toContain('connections.active');
  });
});

it('--explain says of each line about a pool that it is left out, and why', () => {
  const { explanation } = compile(NO_POOL_SHEET);
  const said = explanation.flatMap(({ text, became }) =>
    became.en.includes('left out') ? [`${text} | ${became.en.split('; left out')[1]}`] : [],
  );
  expect(said).toEqual([
    "- 从负载均衡器移除 |  in this project: no load balancer: the service's own stop drains",
    "- 等待现有请求完成（最多30秒） |  in this project: no load balancer: the service's own stop drains",
    '- 将服务器重新加入负载均衡池 |  in this project: no load balancer: there is no pool to put it into',
    '- 更新路由规则 |  in this project: no load balancer: no routes to update',
    '- 验证流量分发 |  in this project: no load balancer: no distribution to verify',
  ]);
  const withPool = compileTemplate({ file: 'deployment.md', text: NO_POOL_SHEET }).explanation;
  expect(withPool.filter(({ became }) => became.en.includes('left out'))).toEqual([]);
});

it('the time without service ends where the service starts, and batches are named', () => {
  const warnings = compile(NO_POOL_SHEET).diagnostics.filter(
    ({ code }) => code === 'NO_SERVICE_BETWEEN',
  );
  expect(warnings.map(({ message }) => message.en)).toEqual([
    'all servers are stopped at the same time, with no load balancer in front of them: from step 6 to step 7 the service works on none',
  ]);
});

it('no minimum in pool can be kept', () => {
  const text = NO_POOL_SHEET.replace(
    '### 6. 服务停止 [parallel]\n',
    '### 6. 服务停止 [parallel]\n**批次**: 1\n**最少在线**: 50%\n',
  );
  expect(errors(text)).toEqual([expect.stringContaining('ROLLING_UNSATISFIABLE')]);
  expect(errors(text, { roles: {}, actions: {} })).toEqual([]);
});

/** What `plan --probe` shows of what the servers answered. */
import { describe, expect, it } from 'vitest';
import { renderProbe } from '../../src/cli/view/probe.ts';
import type { PreflightResult } from '../../src/plan/run.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const GOOD: PreflightResult = {
  subject: 'app-server-1',
  reachable: true,
  checks: [
    { name: 'connection', state: 'ok', detail: 'SSH as deploy' },
    { name: 'clock', state: 'warning', detail: '7 s ahead' },
  ],
  before: {
    server: 'app-server-1',
    release: { digest: DIGEST, version: 'v1.0.0' },
    pool: 'ready',
  },
};
const GONE: PreflightResult = {
  subject: 'app-server-2',
  reachable: false,
  checks: [{ name: 'connection', state: 'failed', detail: 'refused\u001b[2J: check the key' }],
};
const NEW: PreflightResult = {
  subject: 'app-server-3',
  reachable: true,
  checks: [{ name: 'disk', state: 'ok', detail: '12 GiB free' }],
  before: { server: 'app-server-3', release: null, pool: 'absent' },
};
const REGISTRY: PreflightResult = {
  subject: 'registry',
  reachable: true,
  checks: [{ name: 'registry', state: 'ok', detail: 'answers' }],
};

const NO_TAG: PreflightResult = {
  subject: 'source',
  reachable: true,
  checks: [{ name: 'source', state: 'failed', detail: 'The version v9 names no commit' }],
};

describe('a probe', () => {
  it.each([
    ['en', 'a run would fail before step 1', /budget|ready/],
    ['zh', '现在发布，会在步骤 1 之前失败', /允许失败|可以发布/],
  ] as const)('B18 a version that has no tag is no “a run can begin”: %s', (language, end, not) => {
    const lines = renderProbe([GOOD, NO_TAG], language, 'v9');
    expect(lines.join('\n')).toContain('The version v9 names no commit');
    expect(lines.at(-1)).toMatch(new RegExp(`${end}$`));
    expect(lines.at(-1)).not.toMatch(not);
  });

  it('shows each server with its checks, what runs and what would change', () => {
    const text = renderProbe([GOOD, GONE, NEW, REGISTRY], 'en', 'v2.0.0').join('\n');
    expect(text).toBe(`The probe changed nothing.

⚠ app-server-1              v1.0.0 (abababababab), in the pool
    → v1.0.0 → v2.0.0; taken out of the pool and put back
    ✓ connection  SSH as deploy
    ⚠ clock       7 s ahead

✗ app-server-2              unreachable
    ✗ connection  refused<U+001B>[2J: check the key

✓ app-server-3              the service is not running, unknown to the load balancer
    → (none) → v2.0.0; added to the pool
    ✓ disk        12 GiB free

✓ registry
    ✓ registry    answers

✓ 2  ⚠ 1  ✗ 1  a run would fail before step 1, unless its failure budget covers these servers`);
  });

  it('speaks Chinese, with columns that stand below each other', () => {
    const lines = renderProbe([GOOD, REGISTRY], 'zh', 'v1.0.0');
    expect(lines).toContain('    → v1.0.0 → v1.0.0（同一版本，会重启）；先摘除，再挂载');
    expect(lines).toContain('✓ 镜像仓库');
    expect(lines.at(-1)).toBe('✓ 1  ⚠ 1  ✗ 0  可以发布，请先查看警告');
  });

  it.each([
    ['maint', 'not put back into the pool: it was taken out by hand'],
    ['drain', 'not put back into the pool'],
  ] as const)('leaves a server in %s where it is', (pool, said) => {
    const before = { server: 'a', release: { digest: '', version: 'v1' }, pool };
    const result = { subject: 'a', reachable: true, checks: [], before };
    expect(renderProbe([result], 'en', 'v2')).toContain(`    → v1 → v2; ${said}`);
    const [, , , ...rest] = renderProbe([result], 'en');
    expect(rest).toEqual(['', '✓ 1  ⚠ 0  ✗ 0  ready for a run']);
  });
});

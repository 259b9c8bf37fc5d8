import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLEAN, checkIn, factsOf, makeCheckWorld } from './support/check-run.ts';
import { type CheckoutWorld, sh } from './support/checkout-world.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

async function check(
  action: Parameters<typeof checkIn>[1],
  command: Parameters<typeof checkIn>[2],
  files: Readonly<Record<string, string>> = {},
) {
  world = await makeCheckWorld(files);
  return checkIn(world, action, command);
}

describe('a report that proves nothing', () => {
  it.each([
    [
      'none was written',
      sh('true', { report: 'out/a.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /wrote no report/,
    ],
    [
      'the one in the source stands for nothing',
      sh('true', { report: 'clean.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /wrote no report clean\.sarif; clean\.sarif is a file of the source/,
    ],
    [
      'it has an old time',
      sh('touch -d 2001-01-01 old.sarif', { report: 'old.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /older than this run/,
    ],
    [
      'it is cut off',
      sh('head -c 40 serious.sarif', { format: 'sarif' }),
      'BAD_REPORT',
      /not JSON/,
    ],
    [
      'it lists nothing and the tool failed',
      sh('cat clean.sarif; echo crashed >&2; exit 2', { format: 'sarif' }),
      'TOOL_FAILED',
      /crashed/,
    ],
    [
      'it was crashed on',
      sh('cat serious.sarif; exit 139', { format: 'sarif' }),
      'TOOL_FAILED',
      /ended with 139 \(SIGSEGV\)/,
    ],
    [
      'the tool crashed before it wrote any',
      sh('exit 134', { report: 'out/a.sarif', format: 'sarif' }),
      'TOOL_FAILED',
      /134 \(SIGABRT\)/,
    ],
    [
      'the tool is missing',
      sh('exec no-such-tool', { format: 'sarif' }),
      'TOOL_FAILED',
      /no-such-tool/,
    ],
    [
      'it was killed',
      sh('cat clean.sarif; kill -9 $$', { format: 'sarif' }),
      'COMMAND_ENDED',
      /ended by a signal/,
    ],
    [
      'it took too long',
      sh('cat clean.sarif; sleep 9', { format: 'sarif', timeoutSeconds: 0.3 }),
      'COMMAND_TIMEOUT',
      /raise its timeout/,
    ],
    [
      'its path leaves the checkout',
      sh('true', { report: '../a.sarif', format: 'sarif' }),
      'PATH_OUTSIDE_PROJECT',
      /leaves the checkout/,
    ],
  ])('fails: %s', async (_why, command, type, message) => {
    const failed = check('scan', command);
    await expect(failed).rejects.toMatchObject({ type, nonRetryable: true });
    await expect(failed).rejects.toThrow(message);
  });
});

describe('a report that is a file of the source', () => {
  it.each([
    ['stays where it is', 'true'],
    ['is not read because its time is new', 'touch clean.sarif'],
    ['is not read because a copy of it was put there', 'cp clean.sarif x; mv x clean.sarif'],
  ])('G3 %s', async (_what, script) => {
    const command = sh(`cat clean.sarif > ../seen; ${script}`, {
      report: 'clean.sarif',
      format: 'sarif',
    });
    await expect(check('scan', command)).rejects.toThrow(
      /clean\.sarif is a file of the source that this run has left as it was/,
    );
    const seen = await readFile(join(await world.aroundCheckout(), 'seen'), 'utf8');
    expect(seen).toBe(CLEAN);
  });

  it('G3 is read where the tool has written over it, and that is said', async () => {
    const command = sh('cat serious.sarif > clean.sarif', {
      report: 'clean.sarif',
      format: 'sarif',
    });
    const result = await check('scan', command);
    expect(factsOf(result)).toEqual({ 'security.high_findings': 1 });
    expect(result.evidence.join('\n')).toContain('clean.sarif is a file of the source');
  });
});

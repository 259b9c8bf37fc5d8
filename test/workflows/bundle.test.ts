/** What the sandbox loads: small, and nothing in it that a replay should not pay for or depend on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleInterpreter } from '../support/run-harness.ts';

/**
 * Bytes of code without the source map: 508 KiB of SDK and about 730 KiB of interpreter and actions with
 * their comments, a kilobyte a file of which is what the bundler puts around it. Thirty are questions:
 * what a failed step asks people, who answers, and what is done again. Five are broken locks. Eight are
 * the notices of questions, and refusals in two languages; nine are what is asked where a lock was lost;
 * thirty-five undo the project's own actions, and where; twelve watch a run, move servers, do not
 * wait for a lock, and eight go back or repair: actions with their words, and who is left alone. Sixteen
 * begin on call, to be approved afterwards, and make way for a newer run.
 */
const LIMIT_BYTES = 1266 * 1024;
let code: string;

beforeAll(async () => {
  const bundle = await bundleInterpreter();
  if (!('code' in bundle)) throw new Error('the bundle has no code');
  code = bundle.code.replace(/\n\/\/# sourceMappingURL=.*/u, '');
});

describe('the workflow bundle', () => {
  it.each(['zod', 'yaml', 'jose', 'pino', 'ssh2', 'undici', 'kysely'])('holds no %s', (name) => {
    expect(code).not.toContain(`/node_modules/${name}/`);
  });

  it('holds nothing of compiler, adapters, configuration or activity implementations', () => {
    expect(code).not.toMatch(/src\/(compiler|adapters|config|cli|embedded)\//u);
    expect(code).not.toMatch(/src\/activities\/(?!contract)/u);
  });

  it('requires no Node built-in', () => {
    expect(code).not.toMatch(/require\("(node:)?(fs|crypto|path|os|net|child_process)"\)/u);
  });

  it(`is at most ${LIMIT_BYTES / 1024} KiB`, () => {
    expect(Buffer.byteLength(code)).toBeLessThan(LIMIT_BYTES);
    expect(Buffer.byteLength(code)).toBeGreaterThan(100 * 1024);
  });
});

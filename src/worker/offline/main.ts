/**
 * A program beside the worker, with the worker's own keys, for when there is no Temporal: it reads one
 * request from its standard input and writes what it does to its standard output, one JSON a line.
 * It makes no connection to Temporal. Exit 0 where it has answered, 1 where it could not.
 */
import { text } from 'node:stream/consumers';
import { readEnvironment } from '../../config/environment.ts';
import { findProjectFolder } from '../../config/project-folder.ts';
import type { OfflineEvent, OfflineRequest } from '../../plan/offline-repair.ts';
import { createAdapters } from '../adapters.ts';
import { readProject } from '../read-projects.ts';
import { WorkerStartError } from '../start-error.ts';
import { answerOffline, refusedBy } from './open.ts';

const request = JSON.parse(await text(process.stdin)) as OfflineRequest;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interruption.abort());
// Whoever reads may be gone: what was begun is brought to its next stop all the same.
process.stdout.on('error', () => interruption.abort());
try {
  await answer();
  process.exit(0);
} catch (error) {
  const isKnown = error instanceof WorkerStartError;
  tell(isKnown ? { kind: 'refused', text: error.in(request.language) } : refusedBy(error, request));
  process.exit(1);
}

async function answer(): Promise<void> {
  const folder = findProjectFolder(process.cwd());
  const environment = readEnvironment(folder);
  const project = await readProject(folder, environment);
  const adapters = await createAdapters(project, environment, request.language, 'deploy');
  try {
    const { deploy: ports, redact } = adapters;
    if (ports === null) throw new Error('a worker that deploys has its ports');
    const { signal: interrupted } = interruption;
    await answerOffline({ project, environment, ports, redact, interrupted, tell }, request);
  } finally {
    await adapters.close();
  }
}

function tell(event: OfflineEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

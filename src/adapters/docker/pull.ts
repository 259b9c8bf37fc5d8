import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { CallOptions } from '../../ports/container-runtime.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RegistryLogin } from '../../ports/registry.ts';
import { failure, phrase, refusal } from '../refusal.ts';
import { engineError, failureOf, hasStatus } from './engine-errors.ts';
import { recordFetch } from './fetched.ts';
import { digestIn } from './image-name.ts';
import { lineSplitter, PullProgress, readPullLine } from './pull-progress.ts';
import type { Service } from './service.ts';

/** Without any word of progress for so long, the pull is given up; layers that are there stay. */
const STALLED_MS = 120_000;
/** The caller bounds a pull; this is for one that nobody bounds. */
const LONGEST_MS = 3_600_000;
const REPORT_MS = 500;

/** Fetches by digest, reads back that the engine holds it under that digest, and writes that down. */
export async function pullImage(
  service: Service,
  digest: string,
  login: (() => Promise<RegistryLogin>) | undefined,
  options: CallOptions,
): Promise<void> {
  const reference = `${service.repository}@${digest}`;
  if (!(await holds(service, reference, digest))) {
    await pull(service, reference, digest, (await login?.()) ?? null, options);
    if (!(await holds(service, reference, digest))) throw notHeld(service, reference);
  }
  await recordFetch(service, digest);
}

function notHeld({ engine }: Service, reference: string): PortError {
  const server = engine.host.name;
  const named = { server, image: reference };
  return refusal('invalid', server, diagnose('DIGEST_MISMATCH', 'notHeld', named));
}

async function holds({ engine }: Service, reference: string, digest: string): Promise<boolean> {
  try {
    const found = await engine.ask(
      { zh: `查找 ${reference}`, en: `look for ${reference}` },
      (docker) => docker.getImage(reference).inspect(),
      { expect: [404] },
    );
    return found.RepoDigests.some((each) => digestIn(each) === digest);
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

async function pull(
  { engine, repository }: Service,
  reference: string,
  digest: string,
  login: RegistryLogin | null,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const stalled = new AbortController();
  const both = signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]);
  const watch = setTimeout(() => stalled.abort(), STALLED_MS);
  const serveraddress = repository.split('/')[0] ?? '';
  try {
    await engine.ask(
      pulling(reference),
      async (docker, abortSignal) => {
        const options = { fromImage: repository, tag: digest, abortSignal };
        const auth = login === null ? {} : { ...login, serveraddress };
        const stream = await docker.createImage(auth, options);
        await follow(stream, (text) => {
          watch.refresh();
          onProgress?.(text);
        });
      },
      { signal: both, timeoutMs: LONGEST_MS, raw: true },
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (stalled.signal.aborted) throw stalledPull(engine.host.name, reference, error);
    throw pullError(engine.host.name, reference, error);
  } finally {
    clearTimeout(watch);
  }
}

/** What goes wrong after the first layer stands in the stream, under status 200. */
async function follow(
  stream: NodeJS.ReadableStream,
  onProgress: (text: string) => void,
): Promise<void> {
  const progress = new PullProgress();
  let reportedMs = 0;
  for await (const line of lineSplitter(stream)) {
    const event = readPullLine(line);
    if (event === null) continue;
    if (event.error !== undefined) throw new Error(event.error);
    progress.add(event);
    if (performance.now() - reportedMs < REPORT_MS) continue;
    reportedMs = performance.now();
    onProgress(progress.text());
  }
}

const MISSING = /manifest unknown|manifest for .* not found|name unknown|repository .* not found/iu;
const DENIED =
  /unauthorized|authentication required|access denied|no basic auth|forbidden|denied:/iu;
const MISMATCH =
  /verification failed|digest mismatch|unexpected (?:digest|checksum)|does not match|filesystem layer verification/iu;

/** The engine tells these apart in its sentence only. */
export function pullError(server: string, reference: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { message } = failureOf(error);
  const named = { server, image: reference, said: phrase(message) };
  const cause = { cause: error };
  if (MISMATCH.test(message)) {
    return refusal('invalid', server, diagnose('DIGEST_MISMATCH', 'server', named), cause);
  }
  if (MISSING.test(message)) {
    return refusal('not-found', server, diagnose('IMAGE_MISSING', 'server', named), cause);
  }
  if (DENIED.test(message)) {
    return refusal('refused', server, diagnose('REGISTRY_DENIED', 'pull', named), cause);
  }
  // What happened to the engine's own connection comes as its status 500: it may be tried again.
  return engineError(server, pulling(reference), error);
}

function stalledPull(server: string, reference: string, cause: unknown): PortError {
  const reason = { zh: '不再有进展', en: 'no progress any more' };
  const named = { server, what: pulling(reference), reason };
  return failure(server, diagnose('UNAVAILABLE', 'dockerSilent', named), { cause });
}

function pulling(reference: string): Localized {
  return { zh: `拉取 ${reference}`, en: `pull ${reference}` };
}

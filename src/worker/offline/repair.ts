/**
 * Every server of an environment gets one version and its place in the pool, by the activities of which
 * the run sheet `repair` is made, one server after the other. Nothing is undone where it fails: it stops.
 */
import { COMPENSATIONS, OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImagePin, ServerBefore } from '../../plan/run.ts';
import { describeEvidence, failureOf, labelOf } from './lines.ts';
import { limitOf, type Offline, perform, type ServerActionId } from './perform.ts';
import { attempted } from './stand-in.ts';

/** What became of it. */
export interface Repaired {
  /** null: all is done. */
  readonly failure: string | null;
  /** Whether anything may have been changed. */
  readonly begun: boolean;
  /** The release that every server is to run; null: it is not known. */
  readonly image: ImagePin | null;
  /** As each server was found; empty: it was not asked. */
  readonly before: readonly ServerBefore[];
}

/** What takes a server out of service: not done where it runs the version already. */
const CHANGES: readonly ServerActionId[] = [
  'pool.drain',
  'connections.wait',
  'service.stop',
  'config.return',
];
const CHECKS: readonly ServerActionId[] = ['release.start', 'health.port', 'health.endpoint'];
const LOOK = { timeouts: { startToCloseSeconds: 60 } };

/** @param kept the servers that have kept the version, and could be asked what they ran it with */
export async function repairOffline(
  offline: Offline,
  kept: ReadonlySet<string>,
): Promise<Repaired> {
  let image: ImagePin | null = null;
  let before: readonly ServerBefore[] = [];
  let begun = false;
  try {
    const settled = await perform(offline, 'release.settle');
    offline.tell(describeEvidence(settled));
    image = pinIn(settled);
    before = await lookAtAll(offline);
    await checkWhatIsKept(offline, before, image, kept);
    begun = true;
    for (const each of inOrder(before)) await repairServer(offline, each, image);
    for (const each of before) await finish(offline, each.server);
    return { failure: null, begun, image, before };
  } catch (error) {
    return { failure: failureOf(error, offline.run), begun, image, before };
  }
}

function pinIn({ image }: { readonly image?: ImagePin }): ImagePin {
  if (image === undefined) throw new Error('release.settle names no release');
  return image;
}

/** One that cannot be reached ends it here, before anything is changed. */
async function lookAtAll(offline: Offline): Promise<readonly ServerBefore[]> {
  const found: ServerBefore[] = [];
  for (const server of offline.servers)
    found.push(await onServer(offline, server, () => look(offline, server)));
  return found;
}

function look(offline: Offline, server: string): Promise<ServerBefore> {
  const { activities, run, settings, interrupted } = offline;
  const { id } = OPERATIONS.probeServer;
  const project = sectionsOf(settings, OPERATIONS.probeServer);
  const bounds = { name: id, limitSeconds: limitOf(LOOK, settings), interrupted };
  return attempted(bounds, () => activities.probeServer({ run, server, project }));
}

/** All that it ran with has to be there before its server leaves the pool. */
async function checkWhatIsKept(
  offline: Offline,
  before: readonly ServerBefore[],
  image: ImagePin,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (const each of before) {
    if (runsIt(each, image) || !kept.has(each.server)) continue;
    await onServer(offline, each.server, () =>
      perform(offline, 'release.check', { before: each, image }),
    );
  }
}

/** Those that serve nobody come first: each that is back lets the next one leave. */
function inOrder(before: readonly ServerBefore[]): readonly ServerBefore[] {
  const serves = ({ release, pool }: ServerBefore): boolean => release !== null && pool === 'ready';
  return [...before.filter((each) => !serves(each)), ...before.filter(serves)];
}

async function repairServer(
  offline: Offline,
  before: ServerBefore,
  image: ImagePin,
): Promise<void> {
  const { server } = before;
  const { tell, run } = offline;
  const act = async (id: ServerActionId): Promise<void> => {
    const result = await perform(offline, id, { before, image });
    tell(`${server}  ${labelOf(id, run)}: ${describeEvidence(result)}`);
  };
  const isThere = runsIt(before, image);
  let last: ServerActionId = 'service.tidy';
  const done: readonly ServerActionId[] = [
    'service.tidy',
    ...(isThere ? [] : CHANGES),
    ...CHECKS,
    'pool.enable',
  ];
  await onServer(offline, server, async () => {
    try {
      for (const id of done) {
        last = id;
        await act(id);
      }
    } catch (error) {
      if (CHANGES.includes(last)) await readmit(offline, before);
      throw error;
    }
  });
}

function runsIt({ release }: ServerBefore, image: ImagePin): boolean {
  return release !== null && release.digest === image.digest;
}

/** It was taken out, and what ran there runs: it need not stay out. Where it does not, it stays. */
async function readmit(offline: Offline, before: ServerBefore): Promise<void> {
  if (before.release === null || before.pool !== 'ready') return;
  const { activities, run, settings, tell } = offline;
  const { server } = before;
  // Also where the person has ended it: to put it back is what is left to do.
  const never = new AbortController().signal;
  const now = await look({ ...offline, interrupted: never }, server).catch(() => null);
  if (now?.release?.digest !== before.release.digest) return;
  const readmitting = COMPENSATIONS['pool.readmit'];
  const project = sectionsOf(settings, readmitting);
  const bounds = {
    name: readmitting.id,
    limitSeconds: limitOf(LOOK, settings),
    interrupted: never,
  };
  try {
    const { evidence } = await attempted(bounds, () =>
      activities['pool.readmit']({ run, step: 0, server, before, project }),
    );
    tell(`${server}  ${evidence.join('; ')}`);
  } catch (error) {
    tell(`${server}  ${failureOf(error, run)}`);
  }
}

/** The version may start by itself again, and what nobody needs any more goes. */
async function finish(offline: Offline, server: string): Promise<void> {
  const { activities, run, settings, interrupted, tell } = offline;
  const { id } = OPERATIONS.finishServer;
  const project = sectionsOf(settings, OPERATIONS.finishServer);
  const bounds = { name: id, limitSeconds: limitOf(LOOK, settings), interrupted };
  await onServer(offline, server, async () => {
    const result = await attempted(bounds, () =>
      activities.finishServer({ run, server, project, image: null }),
    );
    tell(`${server}  ${describeEvidence(result)}`);
  });
}

/** Whatever goes wrong there names the server. */
async function onServer<T>({ run }: Offline, server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const said = failureOf(error, run);
    throw new Error(say(run, `${server}：${said}`, `${server}: ${said}`), { cause: error });
  }
}

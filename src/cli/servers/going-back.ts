/** Which version the servers of an environment can go back to, and what that means for each. Pure. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { ServerStates, ShownServer } from '../../plan/shown-server.ts';

/** What a refusal names. */
export interface Place {
  readonly service: string;
  readonly environment: string;
}

/** A version, or why there is none. */
export type Chosen = { readonly version: string } | { readonly refusal: Diagnostic };

const MOST_NAMED = 20;

/**
 * The last version that is on record as good, does not run, and that nobody has gone back from: to roll
 * back twice leads on to an earlier one, not to the one just left. null where the servers run several,
 * for then nobody can say which of them was to be left.
 */
export function versionBefore(states: ServerStates, place: Place): Chosen | null {
  const { servers, good = [] } = states;
  const running = new Set(servers.flatMap(({ before }) => before?.release?.digest ?? []));
  if (running.size > 1) return null;
  const found = good.find(({ digest, wasLeft }) => !wasLeft && !running.has(digest));
  if (found !== undefined) return { version: found.version };
  const versions = listed(servers.flatMap(({ kept = [] }) => kept.map(({ version }) => version)));
  return { refusal: diagnose('RELEASE_NOT_KEPT', 'nothingElse', { ...place, versions }) };
}

/** Why the servers cannot go back to it; null: as far as is known they can. */
export function whyNot(states: ServerStates, version: string, place: Place): Diagnostic | null {
  const { servers, good = [], silent } = states;
  const record = good.find((each) => each.version === version);
  if (record === undefined && silent.every(({ subject }) => subject !== 'records')) {
    const versions = listed(good.map((each) => each.version));
    return diagnose('RELEASE_NOT_KEPT', 'noRecord', { ...place, version, versions });
  }
  const without = servers.find(
    ({ kept }) => kept !== undefined && kept.every(({ digest }) => digest !== record?.digest),
  );
  if (record === undefined || without === undefined) return null;
  const versions = listed((without.kept ?? []).map((each) => each.version));
  return diagnose('RELEASE_NOT_KEPT', 'server', { server: without.subject, version, versions });
}

/** A version on which all servers can settle, with what that does to each. */
export interface Direction {
  readonly version: string;
  readonly servers: readonly { readonly server: string; readonly does: Localized }[];
}

/** Every version that runs, ran last or was kept anywhere, those that run first. */
export function directionsOf({ servers }: ServerStates): readonly Direction[] {
  const running = servers.flatMap(({ before }) => before?.release?.version ?? []);
  const stopped = servers.flatMap(({ before }) => before?.stopped?.version ?? []);
  const kept = servers.flatMap((each) => (each.kept ?? []).map(({ version }) => version));
  const versions = [...new Set([...running, ...stopped, ...kept])];
  return versions.map((version) => ({
    version,
    servers: servers.map((each) => ({ server: each.subject, does: doneOn(each, version) })),
  }));
}

/** The version that every server runs; null: they differ, or one says nothing. */
export function versionOfAll({ servers }: ServerStates): string | null {
  const digests = new Set(servers.map(({ before }) => before?.release?.digest ?? null));
  const [first] = servers;
  return digests.size === 1 ? (first?.before?.release?.version ?? null) : null;
}

function doneOn({ before, kept = [], reachable }: ShownServer, version: string): Localized {
  if (!reachable) return { zh: '无法访问', en: 'cannot be reached' };
  const release = before?.release ?? null;
  if (release?.version === version) return stays(before?.pool ?? 'none');
  const isKept = kept.some((each) => each.version === version);
  const from: Localized =
    release === null
      ? { zh: '没有运行', en: 'runs nothing' }
      : { zh: `运行 ${release.version}`, en: `runs ${release.version}` };
  return isKept
    ? {
        zh: `${from.zh}：按保留的原样启动 ${version}`,
        en: `${from.en}: starts ${version} as it has kept it`,
      }
    : {
        zh: `${from.zh}：没有运行过 ${version}，按 runsheet.yaml 现在的设置启动`,
        en: `${from.en}: has never run ${version}, starts it with runsheet.yaml as it is now`,
      };
}

function stays(pool: string): Localized {
  if (pool !== 'drain') return { zh: '已在运行，保持不变', en: 'runs it and stays as it is' };
  return { zh: '已在运行，放回负载均衡池', en: 'runs it and goes back into the pool' };
}

function listed(versions: readonly string[]): string {
  const named = [...new Set(versions)].slice(0, MOST_NAMED);
  return named.length === 0 ? '–' : named.join(', ');
}

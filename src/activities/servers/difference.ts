/** In what a release's settings differ from what it ran with, for people. */
import { say } from '../../diagnostics/language.ts';
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { OfRun } from './context.ts';

const MOST_SHOWN = 12;
const LONGEST_VALUE = 80;

/** One line: each key of runsheet.yaml with both values. @param kept null: what it ran with is not known */
export function describeDifference(
  { run }: OfRun,
  kept: ReleaseManifest | null,
  now: ReleaseManifest,
): string {
  const { version } = now;
  const begin = say(
    run,
    `按 runsheet.yaml 现在的设置启动 ${version}：`,
    `${version} with the settings that runsheet.yaml has now: `,
  );
  if (kept === null)
    return `${begin}${say(run, '它当时的设置未知', 'what it ran with is not known')}`;
  const found = differences(kept, now);
  if (found.length === 0) return `${begin}${say(run, '没有差别', 'no difference')}`;
  const rest = found.length - MOST_SHOWN;
  return `${begin}${found.slice(0, MOST_SHOWN).join('; ')}${rest > 0 ? `; … +${rest}` : ''}`;
}

function differences(kept: ReleaseManifest, now: ReleaseManifest): readonly string[] {
  const [before, after] = [leavesOf(asInProjectFile(kept)), leavesOf(asInProjectFile(now))];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [old, current] = [before.get(name), after.get(name)];
    return old === current ? [] : [`${name}: ${shown(old)} → ${shown(current)}`];
  });
}

/** Under the names that runsheet.yaml has for it. */
function asInProjectFile(manifest: ReleaseManifest): object {
  const { command, variables, port, stop, health, container, repository } = manifest;
  const { verifyPath: path, verifyHost: host } = manifest;
  return {
    runtime: { command, environment: variables, port, stop },
    image: { repository },
    health,
    balancer: { verify: { path, host } },
    container,
  };
}

/** `health.path` → its value as JSON; a list is one value. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  const inner = Object.entries(value).flatMap(([key, each]) => [
    ...leavesOf(each, path === '' ? key : `${path}.${key}`),
  ]);
  return new Map(inner);
}

function shown(value: string | undefined): string {
  if (value === undefined) return '–';
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

/** What `prune` removes, as text and as JSON. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import { sayIn } from '../language.ts';
import type { Chosen } from '../prune/choose.ts';
import type { FoundFile } from '../prune/found.ts';
import type { Removal } from '../prune/remove.ts';
import { pad, visible } from './text.ts';

/** Names of what is left alone that are shown. */
const MOST_NAMED = 10;
const KIB = 1024;

export interface Leftovers extends Chosen {
  readonly others: readonly string[];
}

/** Everything that would go, each with its size, the total, and what is not looked at. */
export function leftoverLines(leftovers: Leftovers, language: Language): readonly string[] {
  const { runs, builds } = leftovers;
  const say = sayIn(language);
  const lines = [
    ...runs.map((run) => {
      const target = `${run.version} → ${run.environment}`;
      const what = say({ zh: '日志和产物', en: 'logs and artifacts' });
      return line(run, `${pad(visible(run.workflowId), 48)}  ${pad(target, 28)}  ${what}`);
    }),
    ...builds.map((build) =>
      line(build, `${pad(visible(build.name), 48)}  ${say({ zh: '构建', en: 'build' })}`),
    ),
  ];
  const size = sizeWord(bytesOf(filesOf(leftovers)));
  const total =
    lines.length === 0
      ? say({ zh: '没有可删除的内容', en: 'nothing to remove' })
      : say({
          zh: `共 ${size}：${runs.length} 张发布单的日志和产物，${builds.length} 个构建`,
          en: `${size} in all; runs: ${runs.length}, builds: ${builds.length}`,
        });
  const onServers = say({
    zh: '服务器上的版本不在此列：由 runtime.keep_releases 在每次拉取之前和每次成功之后限制',
    en: 'releases on servers are not among these: runtime.keep_releases limits them before each fetch and after each success',
  });
  return [...lines, total, ...otherLines(leftovers.others, language), onServers];
}

function line(
  { files, changedAtMs }: { readonly files: readonly FoundFile[]; readonly changedAtMs: number },
  text: string,
): string {
  const size = sizeWord(bytesOf(files)).padStart(10);
  return `${new Date(changedAtMs).toISOString().slice(0, 10)}  ${size}  ${text}`;
}

function otherLines(others: readonly string[], language: Language): readonly string[] {
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map((path) => `  ${visible(path)}`);
  const rest = others.length - named.length;
  const say = sayIn(language);
  return [
    say({
      zh: `另有 ${others.length} 项不动：不是 Runsheet 的文件、链接、没有可读的 run.json 的文件夹`,
      en: `left alone: ${others.length} (no file of Runsheet's, a link, or a folder without a run.json that can be read)`,
    }),
    ...named,
    ...(rest > 0 ? [say({ zh: `  以及另外 ${rest} 项`, en: `  and ${rest} more` })] : []),
  ];
}

/** What went, and what could not. */
export function removalLines({ removed, failed }: Removal, language: Language): readonly string[] {
  const say = sayIn(language);
  const size = sizeWord(bytesOf(removed));
  return [
    say({
      zh: `已删除 ${removed.length} 个文件，${size}`,
      en: `files removed: ${removed.length}, ${size}`,
    }),
    ...failed.map(({ place, reason }) =>
      say({
        zh: `未能删除 ${visible(place)}：${visible(reason)}`,
        en: `could not remove ${visible(place)}: ${visible(reason)}`,
      }),
    ),
  ];
}

/** @param removal null: nothing was to be removed, as with `--dry-run` */
export function leftoversJson(leftovers: Leftovers, removal: Removal | null): string {
  const { runs, builds, others } = leftovers;
  const about = (files: readonly FoundFile[]) => ({
    files: files.map(({ place }) => place),
    bytes: bytesOf(files),
  });
  const result = {
    runs: runs.map(({ workflowId, version, environment, changedAtMs, files }) => ({
      workflowId,
      version,
      environment,
      changedAtMs,
      ...about(files),
    })),
    builds: builds.map(({ name, changedAtMs, files }) => ({ name, changedAtMs, ...about(files) })),
    bytes: bytesOf(filesOf(leftovers)),
    leftAlone: others,
    removed: removal === null ? null : about(removal.removed),
    failed: removal?.failed.map(({ place, reason }) => ({ path: place, reason })) ?? [],
  };
  return JSON.stringify(result, null, 2);
}

function filesOf({ runs, builds }: Chosen): readonly FoundFile[] {
  return [...runs, ...builds].flatMap(({ files }) => files);
}

function bytesOf(files: readonly FoundFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** `512 B`, `12.3 MiB`. */
function sizeWord(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(KIB)));
  return `${(bytes / KIB ** at).toFixed(1)} ${units[at - 1]}`;
}

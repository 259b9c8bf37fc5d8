/** Refuses a source that names content which it does not hold: it would be deployed without. */

import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import type { MissingContent } from '../../ports/source-repository.ts';
import { problem } from '../failures.ts';

type Kind = MissingContent['kind'];
interface Sentence {
  readonly zh: string;
  readonly en: string;
}

const MOST_NAMED = 10;

const WHAT: Readonly<Record<Kind, Sentence>> = {
  lfs: { zh: '只有 Git LFS 指针', en: 'pointers of Git LFS in place of files' },
  annex: { zh: '只有 git-annex 指针', en: 'pointers of git-annex in place of files' },
  submodule: { zh: '子模块没有内容', en: 'submodules without content' },
  encrypted: { zh: '由 git-crypt 加密', en: 'files encrypted by git-crypt' },
  filtered: {
    zh: '内容由 git 过滤器生成，而检出时不运行过滤器',
    en: 'files whose content a filter of git makes, which no checkout runs',
  },
};

const COMMANDS: Readonly<Record<Kind, string>> = {
  lfs: 'git lfs pull',
  annex: 'git annex get',
  submodule: 'git submodule update --init --recursive',
  encrypted: 'git-crypt unlock',
  filtered: 'git checkout',
};

/** @throws ApplicationFailure SOURCE_INCOMPLETE with the paths, at most ten of each kind */
export function refuseMissing(run: RunRef, missing: readonly MissingContent[]): void {
  if (missing.length === 0) return;
  const kinds = (Object.keys(WHAT) as Kind[]).filter((kind) =>
    missing.some((each) => each.kind === kind),
  );
  const found = kinds.map((kind) => {
    const paths = missing.filter((each) => each.kind === kind).map(({ path }) => path);
    return say(
      run,
      `${WHAT[kind].zh}：${named(run, paths)}`,
      `${WHAT[kind].en}: ${named(run, paths)}`,
    );
  });
  const commands = kinds.map((kind) => COMMANDS[kind]);
  throw problem({
    code: 'SOURCE_INCOMPLETE',
    message: say(
      run,
      `${run.version} 的源代码不完整：${found.join('；')}。`,
      `The source of ${run.version} is incomplete: ${found.join('; ')}.`,
    ),
    remedy: say(
      run,
      `请把内容本身提交到仓库，或用 source.path 指定不含它们的文件夹，或设置 source.kind: folder 并在该文件夹中运行 ${commands.join('、')}。`,
      `Commit the content itself, or name a folder without them in source.path, or set source.kind: folder and run ${commands.join(', ')} in that folder.`,
    ),
  });
}

function named(run: RunRef, paths: readonly string[]): string {
  const shown = paths.slice(0, MOST_NAMED).map((path) => JSON.stringify(path));
  const others = paths.length - shown.length;
  const list = shown.join(say(run, '、', ', '));
  return others === 0
    ? list
    : say(run, `${list} 等 ${paths.length} 个`, `${list} and ${others} more`);
}

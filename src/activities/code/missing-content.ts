/** Refuses a source that names content which it does not hold: it would be deployed without. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import type { MissingContent } from '../../ports/source-repository.ts';
import { diagnosed } from '../failures.ts';

type Kind = MissingContent['kind'];

const MOST_NAMED = 10;

const WHAT: Readonly<Record<Kind, Localized>> = {
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
    const { zh, en } = named(paths);
    return { zh: `${WHAT[kind].zh}：${zh}`, en: `${WHAT[kind].en}: ${en}` };
  });
  const all = {
    zh: found.map(({ zh }) => zh).join('；'),
    en: found.map(({ en }) => en).join('; '),
  };
  const commands = kinds.map((kind) => COMMANDS[kind]);
  const { version } = run;
  throw diagnosed(run, diagnose('SOURCE_INCOMPLETE', 'missing', { version, found: all, commands }));
}

function named(paths: readonly string[]): Localized {
  const shown = paths.slice(0, MOST_NAMED).map((path) => JSON.stringify(path));
  const others = paths.length - shown.length;
  const [zh, en] = [shown.join('、'), shown.join(', ')];
  return others === 0
    ? { zh, en }
    : { zh: `${zh} 等 ${paths.length} 个`, en: `${en} and ${others} more` };
}

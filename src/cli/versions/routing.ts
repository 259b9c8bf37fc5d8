/** `runsheet versions promote`, `ramp` and `rollback`: which version new runs begin on. */
import { setCurrent, setRamping } from '../../worker/versions/change.ts';
import {
  type Deployment,
  formerOf,
  isPolled,
  shortBuild,
} from '../../worker/versions/deployment.ts';
import { runsAmong } from '../../worker/versions/open-runs.ts';
import { print, refuse, requireProject, withClient } from '../context.ts';
import { languageOf, sayIn } from '../language.ts';
import { carriedOn } from './carried-on.ts';
import { installedBuild } from './replayed.ts';
import { buildNamed, type ChangeOptions, confirm, type Here, lookHere } from './target.ts';

export async function promote(named: string | undefined, options: ChangeOptions): Promise<void> {
  await withHere(options, async (here) => {
    const installed = await installedBuild();
    const target = buildNamed(here.deployment, named ?? installed, options);
    if (target === here.deployment.current) return sayAlready(target, options);
    requirePolled(here.deployment, target, options);
    const others = runsAmong(here.open).filter(({ version }) => version !== target);
    await carriedOn(here, others, { target, installed }, options);
    announce(here.deployment.current, target, options);
    await confirm(options);
    await makeCurrent(here, target, options);
  });
}

export async function rollback(options: ChangeOptions): Promise<void> {
  await withHere(options, async (here) => {
    const { ramping } = here.deployment;
    if (ramping !== null) return setShare(here, ramping, 0, options);
    const former = formerOf(here.deployment);
    if (former === null) {
      throw refuse(
        {
          zh: '之前没有别的当前版本\n下一步：runsheet versions',
          en: 'no other version was current before\nnext: runsheet versions',
        },
        options,
      );
    }
    requirePolled(here.deployment, former.buildId, options);
    announce(here.deployment.current, former.buildId, options);
    await confirm(options);
    await makeCurrent(here, former.buildId, options);
  });
}

export async function ramp(named: string, percent: string, options: ChangeOptions): Promise<void> {
  const percentage = /^\d{1,3}(?:\.\d+)?$/u.test(percent) ? Number(percent) : -1;
  if (percentage < 0 || percentage > 100) {
    throw refuse(
      {
        zh: `应为 0 到 100 的百分比，而不是「${percent}」\n例如：runsheet versions ramp ${named} 20`,
        en: `expected a percentage from 0 to 100, not "${percent}"\nfor example: runsheet versions ramp ${named} 20`,
      },
      options,
    );
  }
  await withHere(options, async (here) => {
    const target = buildNamed(here.deployment, named, options);
    if (target === here.deployment.current) return sayAlready(target, options);
    if (percentage > 0) requirePolled(here.deployment, target, options);
    await setShare(here, target, percentage, options);
  });
}

async function withHere(
  options: ChangeOptions,
  work: (here: Here) => Promise<void>,
): Promise<void> {
  const project = await requireProject(options);
  await withClient(project, options, async ({ server }) =>
    work(await lookHere(server, project.taskQueue, options)),
  );
}

async function setShare(
  { server, deployment }: Here,
  target: string,
  percentage: number,
  options: ChangeOptions,
): Promise<void> {
  const build = shortBuild(target);
  const current = deployment.current === null ? '–' : shortBuild(deployment.current);
  tell(options, {
    zh:
      percentage === 0
        ? `${build} 的试行结束，新的发布单都由 ${current} 执行`
        : `新的发布单有 ${percentage} % 由 ${build} 执行，其余由 ${current} 执行；已开始的不变`,
    en:
      percentage === 0
        ? `the ramp of ${build} ends; every new run begins on ${current}`
        : `${percentage} % of the new runs begin on ${build}, the others on ${current}; those that have begun stay`,
  });
  await confirm(options);
  const { name, conflictToken } = deployment;
  await setRamping(server, { name, buildId: target, conflictToken }, percentage);
  done(options, { ramping: percentage === 0 ? null : target, percentage });
}

async function makeCurrent(
  { server, deployment }: Here,
  buildId: string,
  options: ChangeOptions,
): Promise<void> {
  const { name, conflictToken, current } = deployment;
  await setCurrent(server, { name, buildId, conflictToken });
  done(options, { current: buildId, former: current });
}

function requirePolled(deployment: Deployment, target: string, options: ChangeOptions): void {
  if (options.force === true || isPolled(deployment, target)) return;
  const build = shortBuild(target);
  throw refuse(
    {
      zh: `没有 worker 轮询版本 ${build}，新的发布单会等待\n下一步：用该版本启动 runsheet worker`,
      en: `no worker polls for version ${build}; new runs would wait\nnext: start a worker of that build`,
    },
    options,
  );
}

function announce(current: string | null, target: string, options: ChangeOptions): void {
  const [from, to] = [current === null ? '–' : shortBuild(current), shortBuild(target)];
  tell(options, {
    zh: `当前版本：${from} → ${to}；新的发布单由 ${to} 执行，已开始的由各自的版本执行到结束`,
    en: `current version: ${from} → ${to}; new runs begin on ${to}, those that have begun end on their own version`,
  });
}

function sayAlready(target: string, options: ChangeOptions): void {
  const build = shortBuild(target);
  tell(options, { zh: `${build} 已经是当前版本`, en: `${build} is the current version already` });
  if (options.json === true) done(options, { current: target });
}

function tell(options: ChangeOptions, text: { readonly zh: string; readonly en: string }): void {
  if (options.json !== true) print(sayIn(languageOf(options))(text));
}

function done(options: ChangeOptions, result: object): void {
  if (options.json === true) print(JSON.stringify(result));
  else {
    const say = sayIn(languageOf(options));
    print(
      say({
        zh: '✓ 已更改；撤销：runsheet versions rollback',
        en: '✓ changed; to take it back: runsheet versions rollback',
      }),
    );
  }
}

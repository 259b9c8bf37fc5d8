/** `runsheet versions move`: an open run goes on with another version, where its history allows that. */
import { membersOf, pinTo } from '../../worker/versions/change.ts';
import { isPolled, shortBuild } from '../../worker/versions/deployment.ts';
import { type OpenRun, runsAmong } from '../../worker/versions/open-runs.ts';
import { print, refuse, requireProject, withClient } from '../context.ts';
import { languageOf } from '../language.ts';
import { replayedLines } from '../view/versions.ts';
import { installedBuild, replayRuns } from './replayed.ts';
import { buildNamed, type ChangeOptions, confirm, type Here, lookHere } from './target.ts';

interface MoveOptions extends ChangeOptions {
  readonly to?: string;
}

export async function move(runs: readonly string[], options: MoveOptions): Promise<void> {
  const project = await requireProject(options);
  const { isJson, tell } = tellerOf(options);
  await withClient(project, options, async ({ server }) => {
    const here = await lookHere(server, project.taskQueue, options);
    const installed = await installedBuild();
    const target = buildNamed(here.deployment, options.to ?? installed, options);
    const moved = runs.map((run) => openRun(here, run, options));
    if (options.force !== true) requireWorker(here, target, options);
    const members = await allMembers(here, moved);
    if (target === installed) await requireReplays(here, members, options);
    else requireForce(target, installed, options);
    for (const { workflowId, version } of moved) {
      const from = version === null ? '–' : shortBuild(version);
      tell(`${workflowId}: ${from} → ${shortBuild(target)}`);
    }
    await confirm(options);
    const change = { name: here.deployment.name, buildId: target };
    for (const each of members) await pinTo(server, each, change);
    if (isJson) print(JSON.stringify({ moved: members, to: target }));
    for (const { workflowId } of moved) tell(`✓ runsheet status ${workflowId} --watch`);
  });
}

function tellerOf(options: MoveOptions): { isJson: boolean; tell: (text: string) => void } {
  const isJson = options.json === true;
  return { isJson, tell: (text) => (isJson ? undefined : print(text)) };
}

/** @throws CommandError where it is not open, exit 2 */
function openRun({ open }: Here, run: string, options: MoveOptions): OpenRun {
  const found = runsAmong(open).find(({ workflowId }) => workflowId === run);
  if (found !== undefined) return found;
  throw refuse(
    {
      zh: `没有未结束的发布单 ${run}\n下一步：runsheet list`,
      en: `no open run has the id ${run}\nnext: runsheet list`,
    },
    options,
  );
}

/** A run's lock goes first: the run asks it for its end. */
async function allMembers({ server }: Here, runs: readonly OpenRun[]): Promise<readonly string[]> {
  const members: string[] = [];
  for (const { workflowId } of runs)
    members.push(...[...(await membersOf(server, workflowId))].reverse());
  return members;
}

function requireWorker({ deployment }: Here, target: string, options: MoveOptions): void {
  if (isPolled(deployment, target)) return;
  const build = shortBuild(target);
  throw refuse(
    {
      zh: `没有 worker 轮询版本 ${build}，发布单会等待\n下一步：用该版本启动 runsheet worker`,
      en: `no worker polls for version ${build}; the run would wait\nnext: start a worker of that build`,
    },
    options,
  );
}

/** @throws CommandError where a history departs from this installation's code, exit 2, without `--force` */
async function requireReplays(
  { server }: Here,
  members: readonly string[],
  options: MoveOptions,
): Promise<void> {
  const { tell } = tellerOf(options);
  const runs = members.map((workflowId) => ({ workflowId }));
  const failed: string[] = [];
  for await (const replayed of replayRuns(server, runs)) {
    const lines = replayedLines(replayed, languageOf(options));
    for (const line of lines) tell(line);
    if (replayed.problem !== null) failed.push(lines.join('\n'));
  }
  if (failed.length === 0 || options.force === true) return;
  const reasons = options.json === true ? `${failed.join('\n')}\n` : '';
  throw refuse(
    {
      zh: `${reasons}没有更改任何内容：发布单在该版本上无法继续\n下一步：用它自己的版本启动 runsheet worker --drain`,
      en: `${reasons}nothing was changed: the run could not go on with that version\nnext: start its own build with runsheet worker --drain`,
    },
    options,
  );
}

function requireForce(target: string, installed: string, options: MoveOptions): void {
  if (options.force === true) return;
  const [build, here] = [shortBuild(target), shortBuild(installed)];
  throw refuse(
    {
      zh: `无法回放：${build} 的代码不在这里（本机安装的是 ${here}）\n下一步：在安装了 ${build} 的机器上执行，或加上 --force`,
      en: `the history cannot be replayed: the code of ${build} is not here (this installation is ${here})\nnext: type it where ${build} is installed, or with --force`,
    },
    options,
  );
}

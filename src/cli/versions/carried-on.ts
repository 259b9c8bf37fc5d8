/** Whether a version carries open runs on that began on another one: their histories say. */
import { isPolled, shortBuild } from '../../worker/versions/deployment.ts';
import type { OpenRun } from '../../worker/versions/open-runs.ts';
import type { Replayed } from '../../worker/versions/replay.ts';
import { print, refuse } from '../context.ts';
import { languageOf, sayIn } from '../language.ts';
import { replayedLines } from '../view/versions.ts';
import { replayRuns } from './replayed.ts';
import type { ChangeOptions, Here } from './target.ts';

/** A promotion does not wait for more. */
const MOST_REPLAYED = 100;

interface Builds {
  readonly target: string;
  readonly installed: string;
}

/**
 * Before a promotion: runs end on the version that they began on, so that a run which the new one cannot
 * carry on is in danger only where no worker of its own version is left.
 * @throws CommandError for such a run, exit 2, without `--force`
 */
export async function carriedOn(
  { server, deployment }: Here,
  runs: readonly OpenRun[],
  { target, installed }: Builds,
  options: ChangeOptions,
): Promise<void> {
  const begun = runs.filter(({ version }) => version !== null).slice(0, MOST_REPLAYED);
  if (begun.length === 0) return;
  const say = sayIn(languageOf(options));
  const tell = (text: string): void => {
    if (options.json !== true) print(text);
  };
  if (target !== installed) {
    const [build, here] = [shortBuild(target), shortBuild(installed)];
    tell(
      say({
        zh: `${begun.length} 张未结束的发布单没有回放：${build} 的代码不在这里（本机安装的是 ${here}）`,
        en: `${begun.length} open runs are not replayed: the code of ${build} is not here (this installation is ${here})`,
      }),
    );
    return;
  }
  const stranded: Replayed[] = [];
  const versions = new Map(begun.map(({ workflowId, version }) => [workflowId, version]));
  for await (const replayed of replayRuns(server, begun)) {
    for (const line of replayedLines(replayed, languageOf(options))) tell(line);
    const version = versions.get(replayed.workflowId);
    const isLost = version !== null && version !== undefined && !isPolled(deployment, version);
    if (replayed.problem !== null && isLost) stranded.push(replayed);
  }
  if (stranded.length === 0 || options.force === true) return;
  const ids = stranded.map(({ workflowId }) => workflowId);
  throw refuse(
    {
      zh: `这些发布单不能由该版本继续，而它们自己的版本没有 worker：${ids.join('、')}\n下一步：用它们的版本启动 runsheet worker --drain，或加上 --force`,
      en: `these runs cannot go on with that version, and their own has no worker: ${ids.join(', ')}\nnext: start their build with runsheet worker --drain, or type the same with --force`,
    },
    options,
  );
}

/** What the commands about versions begin with: the deployment, and which of its versions is meant. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import {
  type Deployment,
  describeDeployment,
  shortBuild,
} from '../../worker/versions/deployment.ts';
import { type OpenRun, openWorkflows } from '../../worker/versions/open-runs.ts';
import type { Server } from '../../worker/versions/server.ts';
import { askYesNo } from '../ask.ts';
import { type CommonOptions, refuse, refuseWith } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { languageOf, sayIn } from '../language.ts';

export interface ChangeOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** A deployment, and what is open on it. */
export interface Here {
  readonly server: Server;
  readonly deployment: Deployment;
  readonly open: readonly OpenRun[];
}

/** @throws CommandError NO_WORKER where none has ever polled the queue, exit 2 */
export async function lookHere(
  server: Server,
  taskQueue: string,
  options: CommonOptions,
): Promise<Here> {
  const deployment = await describeDeployment(server, taskQueue);
  if (deployment === null)
    throw refuseWith(diagnose('NO_WORKER', 'queue', { queue: taskQueue }), options);
  return { server, deployment, open: await openWorkflows(server, taskQueue) };
}

/** @param named the beginning of a build id. @throws CommandError where it is none, or that of several, exit 2 */
export function buildNamed(
  { versions }: Deployment,
  named: string,
  options: CommonOptions,
): string {
  const found = versions.filter(({ buildId }) => buildId.startsWith(named));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.buildId;
  const known = versions.map(({ buildId }) => `  ${shortBuild(buildId)}`).join('\n');
  throw refuse(
    found.length === 0
      ? {
          zh: `没有版本 ${named} 的 worker 轮询过\n已知的版本：\n${known}`,
          en: `no worker of a version ${named} has ever polled\nknown versions:\n${known}`,
        }
      : {
          zh: `有 ${found.length} 个版本以 ${named} 开头，请多写几位：\n${known}`,
          en: `${found.length} versions begin with ${named}; type more of it:\n${known}`,
        },
    options,
  );
}

/** Asks whoever sits there; `--yes` has answered. @throws CommandError where it is no, exit 4, or nobody sits there, exit 2 */
export async function confirm(options: ChangeOptions): Promise<void> {
  if (options.yes === true) return;
  const say = sayIn(languageOf(options));
  const interrupted = { zh: '没有更改任何内容', en: 'nothing was changed' };
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw refuse(
      {
        zh: '没有终端可供确认，没有更改任何内容\n下一步：加上 --yes 再执行',
        en: 'there is no terminal to ask for confirmation; nothing was changed\nnext: type the same with --yes',
      },
      options,
    );
  }
  const message = say({ zh: '执行以上更改？', en: 'Change this?' });
  if (!(await askYesNo({ message, interrupted, initially: false }, say)))
    throw refuse(interrupted, options, EXIT.calledOff);
}

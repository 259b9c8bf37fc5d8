/** An ordinary run of the run sheet `rollback`, with the version that it goes back to looked up. */
import { Command } from 'commander';
import { refuse, refuseWith } from '../context.ts';
import { withExamples } from '../help.ts';
import type { Say } from '../language.ts';
import { versionBefore, whyNot } from '../servers/going-back.ts';
import { type GoingBackOptions, lookFor, startGoingBack, withGoingBack } from './going-back.ts';

export function rollbackCommand(say: Say): Command {
  const command = withGoingBack(new Command('rollback'), say)
    .description(
      say({
        zh: '回滚：各服务器按保留的原样启动以前成功部署过的版本；不构建，审批、锁、分批和报告与发布相同',
        en: 'Roll back: servers start a version again that was deployed before, as they have kept it; nothing is built, with approval, lock, batches and report as in any run',
      }),
    )
    .option(
      '--to <version>',
      say({
        zh: '要回到的版本（默认：正在运行的之前，最近一次成功部署的版本）',
        en: 'the version to go back to (default: the last good one before what runs)',
      }),
    )
    .option(
      '--on-call',
      say({
        zh: '值班：立即开始，事后审批；只限 runsheet.yaml 中环境的 on_call 角色',
        en: 'begin at once, and be approved afterwards: for the roles under on_call of the environment in runsheet.yaml',
      }),
    )
    .action(rollback);
  return withExamples(
    command,
    say,
    'runsheet rollback quotes production',
    'runsheet rollback quotes production --to v2.0.0 --reason "errors since v2.1.0" --yes',
    'runsheet rollback quotes production --on-call --requested-by dave --reason "checkout is down"',
  );
}

async function rollback(
  service: string,
  environment: string,
  options: GoingBackOptions,
): Promise<void> {
  const place = { service, environment };
  const found = await lookFor(place, options);
  const { states } = found;
  const chosen = options.to === undefined ? versionBefore(states, place) : { version: options.to };
  if (chosen === null)
    throw refuse(
      {
        zh: '各服务器运行着不同的版本：请用 --to 指定要回到哪一个',
        en: 'the servers run different versions: name the one to go back to with --to',
      },
      options,
    );
  if ('refusal' in chosen) throw refuseWith(chosen.refusal, options);
  const reason = whyNot(states, chosen.version, place);
  if (reason !== null) throw refuseWith(reason, options);
  await startGoingBack('rollback', found, chosen.version, options);
}

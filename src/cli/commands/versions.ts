/** The versions of a project's workers: which there are, and which one runs begin and go on with. */
import { Command } from 'commander';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import type { Say } from '../language.ts';
import { listVersions } from '../versions/list.ts';
import { move } from '../versions/move.ts';
import { promote, ramp, rollback } from '../versions/routing.ts';

export function versionsCommand(say: Say): Command {
  const command = new Command('versions')
    .description(
      say({
        zh: '列出 worker 的版本：哪个是当前版本，哪些还有未结束的发布单',
        en: 'List the versions of the workers: which one is current, and which have open runs',
      }),
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(listVersions);
  for (const each of [promoteCommand, rampCommand, rollbackCommand, moveCommand])
    command.addCommand(each(say));
  return withExamples(
    command,
    say,
    'runsheet versions',
    'runsheet versions promote',
    'runsheet versions rollback',
    'runsheet versions move $RUN',
  );
}

function promoteCommand(say: Say): Command {
  const command = new Command('promote')
    .description(
      say({
        zh: '把一个版本设为当前版本：新的发布单由它执行',
        en: 'Make a version the current one: new runs begin on it',
      }),
    )
    .argument('[build]', buildText(say, true));
  return withExamples(
    changing(command, say).action(promote),
    say,
    'runsheet versions promote',
    'runsheet versions promote $BUILD --yes',
  );
}

function rampCommand(say: Say): Command {
  const command = new Command('ramp')
    .description(
      say({
        zh: '让一部分新的发布单由一个版本执行；0 结束试行',
        en: 'Let a share of the new runs begin on a version; 0 ends that',
      }),
    )
    .argument('<build>', buildText(say, false))
    .argument('<percent>', say({ zh: '0 到 100', en: '0 to 100' }));
  return withExamples(
    changing(command, say).action(ramp),
    say,
    'runsheet versions ramp $BUILD 20',
    'runsheet versions ramp $BUILD 0',
  );
}

function rollbackCommand(say: Say): Command {
  const command = new Command('rollback').description(
    say({
      zh: '结束试行；没有试行时，恢复之前的当前版本',
      en: 'End a ramp; without one, make the version before current again',
    }),
  );
  return withExamples(changing(command, say).action(rollback), say, 'runsheet versions rollback');
}

function moveCommand(say: Say): Command {
  const command = new Command('move')
    .description(
      say({
        zh: '让未结束的发布单换一个版本继续执行；先回放它的历史',
        en: 'Let an open run go on with another version; its history is replayed first',
      }),
    )
    .argument('<run...>', say({ zh: '发布单编号', en: 'run ids' }))
    .option('--to <build>', buildText(say, true));
  return withExamples(
    changing(command, say).action(move),
    say,
    'runsheet versions move $RUN',
    'runsheet versions move $RUN --to $BUILD --yes',
  );
}

function buildText(say: Say, isOptional: boolean): string {
  return isOptional
    ? say({
        zh: '版本（开头几位即可；默认：本机安装的版本）',
        en: "build id, or its beginning (default: this installation's)",
      })
    : say({ zh: '版本（开头几位即可）', en: 'build id, or its beginning' });
}

function changing(command: Command, say: Say): Command {
  return command
    .option('--yes', say({ zh: '不询问', en: 'do not ask for confirmation' }))
    .option('--force', say({ zh: '即使检查不通过也执行', en: 'even where a check says no' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say));
}

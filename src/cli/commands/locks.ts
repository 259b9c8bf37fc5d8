/** The locks: which run changes an environment's servers, since when, and which runs wait for it. */
import { Command } from 'commander';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { type ListedLock, listLocks } from '../../worker/locks.ts';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { localTime } from '../view/start.ts';
import { visible } from '../view/text.ts';

export function locksCommand(say: Say): Command {
  const command = new Command('locks')
    .description(
      say({
        zh: '列出锁：哪张发布单正在更改哪个环境的服务器，谁在排队等待',
        en: "List the locks: which run changes which environment's servers, and which runs are queued",
      }),
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(list);
  return withExamples(command, say, 'runsheet locks', 'runsheet locks --json');
}

async function list(options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const locks = await withClient(project, options, ({ server }) =>
    listLocks(server, project.taskQueue),
  );
  const language = languageOf(options);
  if (options.json === true) print(JSON.stringify(locks, null, 2));
  else if (locks.length > 0) for (const each of locks) print(lockLines(each, language).join('\n'));
  else print(sayIn(language)({ zh: '没有锁被持有', en: 'no lock is held' }));
}

/** The holder, then those that wait, in the order in which they get the lock. */
export function lockLines(lock: ListedLock, language: Language): readonly string[] {
  const say = sayIn(language);
  const { service, environment, holder, heldSinceMs, waiting } = lock;
  const place = visible(`${service}/${environment}`);
  const begun = localTime(heldSinceMs);
  const held =
    holder === null
      ? say({
          zh: `${place}  由他人手工启动（自 ${begun}），下一张发布单会解除它`,
          en: `${place}  started by hand at ${begun}; the next run breaks it`,
        })
      : say({
          zh: `${place}  持有者：${visible(holder)}（自 ${begun}）`,
          en: `${place}  held by ${visible(holder)} since ${begun}`,
        });
  const queued = waiting.map((run, index) =>
    say({
      zh: `  排队等待 ${index + 1}：${visible(run)}`,
      en: `  queued ${index + 1}: ${visible(run)}`,
    }),
  );
  return [held, ...queued];
}

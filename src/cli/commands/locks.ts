/**
 * The locks: which run changes an environment's servers, since when, and which runs wait for it.
 * A person may break one.
 */
import { Command } from 'commander';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { type ListedLock, listLocks } from '../../worker/locks.ts';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { byChoice, jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { localUser } from '../request.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
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
  command.addCommand(breakCommand(say));
  return withExamples(command, say, 'runsheet locks', 'runsheet locks --json', EXAMPLE);
}

const EXAMPLE =
  'runsheet locks break quotes production --by alice --reason "the hotfix cannot wait for it"';

interface BreakOptions extends CommonOptions {
  readonly reason: string;
  readonly by?: string;
}

function breakCommand(say: Say): Command {
  const command = new Command('break')
    .description(
      say({
        zh: '解除一把锁：持有它的发布单停止，排在后面的先执行，然后它撤销自己的改动',
        en: 'Break a lock: the run that holds it stops, queued runs go first, then it undoes its changes',
      }),
    )
    .argument('<service>', say({ zh: '服务', en: 'service' }))
    .argument('<environment>', say({ zh: '环境', en: 'environment' }))
    .requiredOption(
      '--reason <text>',
      say({ zh: '原因，写入两张发布单的报告', en: 'why, for the reports of both runs' }),
    )
    .addOption(byChoice(say))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(breakLock);
  return withExamples(command, say, EXAMPLE);
}

async function breakLock(
  service: string,
  environment: string,
  options: BreakOptions,
): Promise<void> {
  const project = await requireProject(options);
  const language = languageOf(options);
  const { reason, by = localUser() } = options;
  const broken = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const asked = { service, environment, by, reason, language };
    return withRefusals(() => client.breakLock(project.taskQueue, asked));
  });
  if (options.json === true) return print(JSON.stringify(broken));
  const place = visible(`${service}/${environment}`);
  const [holder, text] = [visible(broken.holder ?? '–'), visible(broken.text)];
  print(
    sayIn(language)({
      zh: `✓ ${place} 的锁已解除（原持有者：${holder}）：${text}`,
      en: `✓ broke the lock of ${place}, held by ${holder}: ${text}`,
    }),
  );
  if (broken.holder !== null) print(`runsheet status ${holder} --watch`);
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

/** The watches over runs: a person says that they see to one that was ended in the middle. */
import { Command } from 'commander';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { byChoice, jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { localUser } from '../request.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { visible } from '../view/text.ts';

interface AckOptions extends CommonOptions {
  readonly by?: string;
}

const EXAMPLE = 'runsheet watch ack $RUN --by alice';

export function watchCommand(say: Say): Command {
  const command = new Command('watch').description(
    say({
      zh: '监视：发布单在更改服务器时被终止，监视会反复发送消息',
      en: 'The watches, which send messages after a run was ended while it changed servers',
    }),
  );
  command.addCommand(ackCommand(say));
  return withExamples(command, say, EXAMPLE);
}

function ackCommand(say: Say): Command {
  const command = new Command('ack')
    .description(
      say({
        zh: '已知悉、由您处理：不再发送关于这张发布单的消息',
        en: 'Acknowledge that you see to a run that was ended: no more messages are sent',
      }),
    )
    .argument('<run>', say({ zh: '被终止的发布单编号', en: 'id of the run that was ended' }))
    .addOption(byChoice(say))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(acknowledge);
  return withExamples(command, say, EXAMPLE);
}

async function acknowledge(run: string, options: AckOptions): Promise<void> {
  const project = await requireProject(options);
  const language = languageOf(options);
  const { by = localUser() } = options;
  const acked = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    return withRefusals(() => client.ackWatch(project.taskQueue, { watched: run, by, language }));
  });
  if (options.json === true) return print(JSON.stringify(acked));
  const [who, name] = [visible(acked.who), visible(acked.watched)];
  print(
    sayIn(language)({
      zh: `✓ ${who} 已知悉：不再发送关于 ${name} 的消息`,
      en: `✓ acknowledged by ${who}: no more messages are sent about ${name}`,
    }),
  );
  print(`runsheet servers ${visible(acked.environment)}`);
}

import { Command } from 'commander';
import { type CommonOptions, languageOf, print, requireProject } from '../context.ts';
import { prepareRequest, type RequestOptions } from '../request.ts';
import { renderPlan } from '../view/plan.ts';

export function planCommand(): Command {
  return withRequest(new Command('plan'))
    .description('显示计划，不做任何事 · Show what a run would do; changes nothing')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  runsheet plan deployment.md -p environment=production -p servers=app-server-1 -p version=v2.1.0')
    .action(plan);
}

/** The options with which `plan` and `run` take a request. */
export function withRequest(command: Command): Command {
  const collect = (value: string, former: readonly string[] = []): readonly string[] => [...former, value];
  return command
    .argument('[template]', 'file, id, or a request in text form')
    .option('-p, --param <name=value>', 'a parameter; may be repeated', collect)
    .option('--file <request>', 'a file with a request in text form')
    .option('--requested-by <name>', 'who asks')
    .option('--lang <language>', 'zh or en');
}

async function plan(template: string | undefined, options: RequestOptions & CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const { run } = await prepareRequest(project, template, options);
  if (options.json === true) print(JSON.stringify(run, null, 2));
  else for (const line of renderPlan(run, languageOf(options, run.language))) print(line);
}

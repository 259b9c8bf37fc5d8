/** Both ways out of an environment where a run was ended in the middle, and the run that goes one of them. */
import { Command } from 'commander';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { print, refuse } from '../context.ts';
import { withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { type Direction, directionsOf, versionOfAll } from '../servers/going-back.ts';
import { visible } from '../view/text.ts';
import { type GoingBackOptions, lookFor, startGoingBack, withGoingBack } from './going-back.ts';

export function repairCommand(say: Say): Command {
  const command = withGoingBack(new Command('repair'), say)
    .description(
      say({
        zh: '修复：发布单在更改服务器时被终止之后，把每台服务器统一到一个版本，并放回负载均衡池',
        en: 'Repair an environment after a run was ended while it changed servers: every server gets one version, and its place in the pool',
      }),
    )
    .option(
      '--to <version>',
      say({
        zh: '要统一到的版本；各服务器不同时必须指定',
        en: 'the version that every server is to run; needed where they differ',
      }),
    )
    .action(repair);
  return withExamples(
    command,
    say,
    'runsheet repair quotes production',
    'runsheet repair quotes production --to v2.0.0 --reason "the run was terminated" --yes',
  );
}

async function repair(
  service: string,
  environment: string,
  options: GoingBackOptions,
): Promise<void> {
  const found = await lookFor({ service, environment }, options);
  const language = languageOf(options);
  const directions = directionsOf(found.states);
  if (options.json !== true) print(linesOf(directions, language).join('\n'));
  const version = options.to ?? versionOfAll(found.states);
  if (version === null) {
    const versions = directions.map((each) => `--to ${each.version}`);
    throw refuse(
      {
        zh: `各服务器不同，不会替您选择：请指定 ${versions.join(' 或 ')}`,
        en: `the servers differ, and nobody chooses for you: name ${versions.join(' or ')}`,
      },
      options,
    );
  }
  await startGoingBack('repair', found, version, options);
}

/** What each version would mean for each server. */
function linesOf(directions: readonly Direction[], language: Language): readonly string[] {
  const say = sayIn(language);
  return directions.flatMap(({ version, servers }) => [
    `--to ${visible(version)}`,
    ...servers.map(({ server, does }) => `  ${visible(server)}  ${visible(say(does))}`),
  ]);
}

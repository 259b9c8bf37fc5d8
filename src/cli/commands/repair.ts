/** Both ways out of an environment where a run was ended in the middle, and the run that goes one of them. */
import { Command, Option } from 'commander';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { print, refuse } from '../context.ts';
import { withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { type OfflineOptions, repairOffline } from '../offline/repair.ts';
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
    .addOption(offlineChoice(say))
    .option(
      '--unreadable-lock',
      say({
        zh: '与 --offline 同用：Temporal 的地址有应答却读不到锁（例如代理后面的服务器已停）时也执行',
        en: 'with --offline: go on also where something answers for Temporal that cannot tell of the lock, such as a proxy',
      }),
    )
    .action(repair);
  return withExamples(
    command,
    say,
    'runsheet repair quotes production',
    'runsheet repair quotes production --to v2.0.0 --reason "the run was terminated" --yes',
    'runsheet repair quotes production --offline --to v2.0.0 --reason "Temporal is down" --requested-by alice',
  );
}

/** What belongs to a run has no meaning where there is none. */
function offlineChoice(say: Say): Option {
  const text = say({
    zh: 'Temporal 停止时：在部署 worker 的机器上，用它自己的密钥直接修复，不经过 Temporal',
    en: "where Temporal is down: repair from the deploy worker's machine with its own keys, without Temporal",
  });
  return new Option('--offline', text).conflicts(['batches', 'id', 'follow']);
}

interface RepairOptions extends GoingBackOptions, OfflineOptions {
  readonly offline?: boolean;
}

async function repair(service: string, environment: string, options: RepairOptions): Promise<void> {
  const place = { service, environment };
  if (options.offline === true) {
    await repairOffline(place, options, (states) => chosenVersion(states, options));
    return;
  }
  const found = await lookFor(place, options);
  await startGoingBack('repair', found, chosenVersion(found.states, options), options);
}

/** Shows the directions. @throws CommandError, exit 2, where nobody has named one of several */
function chosenVersion(states: ServerStates, options: GoingBackOptions): string {
  const directions = directionsOf(states);
  if (options.json !== true) print(linesOf(directions, languageOf(options)).join('\n'));
  const version = options.to ?? versionOfAll(states);
  if (version !== null) return version;
  const versions = directions.map((each) => `--to ${each.version}`);
  throw refuse(
    {
      zh: `各服务器不同，不会替您选择：请指定 ${versions.join(' 或 ')}`,
      en: `the servers differ, and nobody chooses for you: name ${versions.join(' or ')}`,
    },
    options,
  );
}

/** What each version would mean for each server. */
function linesOf(directions: readonly Direction[], language: Language): readonly string[] {
  const say = sayIn(language);
  return directions.flatMap(({ version, servers }) => [
    `--to ${visible(version)}`,
    ...servers.map(({ server, does }) => `  ${visible(server)}  ${visible(say(does))}`),
  ]);
}

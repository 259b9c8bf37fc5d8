/** The servers' host keys: what they present now, and which of them to trust. */
import { Command } from 'commander';
import type { ProjectFile } from '../../config/project-file.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { HostKeyAnswer } from '../../workflows/beginning/plan-probe.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import type { TrustRules } from '../host-keys.ts';
import { languageOf, type Say } from '../language.ts';
import { askFor, TrustSession } from '../trust-session.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { hostKeyLine } from '../view/host-keys.ts';

interface TrustOptions extends CommonOptions {
  readonly fingerprint?: readonly string[];
  readonly replace?: boolean;
}

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/u;

const SERVERS: Localized = { zh: '服务器名（默认：全部）', en: 'server names (default: all)' };

export function hostsCommand(say: Say): Command {
  const command = new Command('hosts')
    .description(
      say({
        zh: '列出各服务器的主机密钥及其状态',
        en: "List the servers' host keys and whether they are trusted",
      }),
    )
    .argument('[servers...]', say(SERVERS))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(list);
  command.enablePositionalOptions().addCommand(trustCommand(say));
  return withExamples(command, say, 'runsheet hosts', 'runsheet hosts app-server-1 --json');
}

function trustCommand(say: Say): Command {
  const collect = (value: string, former: readonly string[] = []): readonly string[] => [
    ...former,
    value,
  ];
  const command = new Command('trust')
    .description(
      say({
        zh: '核对指纹后信任主机密钥，写入项目的 known_hosts',
        en: "Check fingerprints, then trust host keys by adding them to the project's known_hosts",
      }),
    )
    .argument('[servers...]', say(SERVERS))
    .option(
      '--fingerprint <SHA256:…>',
      say({
        zh: '只信任这个指纹，不询问；可重复',
        en: 'trust only this fingerprint, without asking; may be repeated',
      }),
      collect,
    )
    .option('--replace', say({ zh: '替换已变化的密钥', en: 'replace a key that has changed' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(trust);
  return withExamples(
    command,
    say,
    'runsheet hosts trust app-server-1',
    'runsheet hosts trust app-server-1 --fingerprint SHA256:rz5CZ1mKsKhRbPCvQRz0dPPSi+m5k9rUq7mG0oSxJQU',
  );
}

async function list(servers: readonly string[], options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const names = namesOf(project, servers, options);
  const answers = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    return askFor(client, project, names);
  });
  if (options.json === true) print(JSON.stringify(answers.map(asJson), null, 2));
  else for (const each of answers) print(hostKeyLine(each, languageOf(options)));
  process.exitCode = answers.every(isTrusted) ? EXIT.succeeded : EXIT.other;
}

async function trust(servers: readonly string[], options: TrustOptions): Promise<void> {
  const project = await requireProject(options);
  const names = namesOf(project, servers, options);
  const rules = rulesOf(project, options);
  const answers = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const session = new TrustSession(project, rules, options);
    await session.trustAll(client, names);
    return session.answers();
  });
  if (options.json === true) print(JSON.stringify(answers.map(asJson), null, 2));
  process.exitCode = answers.every(isTrusted) ? EXIT.succeeded : EXIT.other;
}

function namesOf(
  project: ProjectFile,
  named: readonly string[],
  options: CommonOptions,
): readonly string[] {
  const known = project.connections.servers.map(({ name }) => name);
  const unknown = named.find((name) => !known.includes(name));
  const all = known.join(', ');
  if (unknown !== undefined) {
    throw refuse(
      {
        zh: `UNKNOWN_SERVER: 项目没有服务器 ${JSON.stringify(unknown)}\n现有的：${all}`,
        en: `UNKNOWN_SERVER: the project has no server ${JSON.stringify(unknown)}\nknown servers: ${all}`,
      },
      options,
    );
  }
  return named.length > 0 ? [...new Set(named)] : known;
}

function rulesOf(project: ProjectFile, options: TrustOptions): TrustRules {
  const fingerprints = (options.fingerprint ?? []).map((each) => each.replace(/=$/u, ''));
  const wrong = fingerprints.find((each) => !FINGERPRINT.test(each));
  if (wrong !== undefined) {
    throw refuse(
      {
        zh: `--fingerprint 应为 SHA256: 加 43 个字符（ssh-keygen -lf 的输出），而不是「${wrong}」`,
        en: `--fingerprint: expected SHA256: and 43 characters, as printed by ssh-keygen -lf, not "${wrong}"`,
      },
      options,
    );
  }
  const pinned = project.connections.servers.filter(({ hostKeys }) => hostKeys.length > 0);
  return {
    fingerprints,
    replace: options.replace === true,
    pinned: new Set(pinned.map(({ name }) => name)),
    terminal:
      options.json !== true && process.stdin.isTTY === true && process.stdout.isTTY === true,
  };
}

function isTrusted(answer: HostKeyAnswer): boolean {
  return 'shown' in answer && answer.shown.jump === null && answer.shown.state === 'trusted';
}

function asJson(answer: HostKeyAnswer): object {
  return 'shown' in answer ? answer.shown : answer;
}

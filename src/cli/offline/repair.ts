/** `runsheet repair --offline`: the same directions as with Temporal, and the repair by the worker's program. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { OfflineEnd, OfflineRequest } from '../../plan/offline-repair.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { askYesNo } from '../ask.ts';
import { type GoingBackOptions, serversFor } from '../commands/going-back.ts';
import { CommandError, print, refuse } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { languageOf, sayIn } from '../language.ts';
import { localUser } from '../request.ts';
import type { Place } from '../servers/going-back.ts';
import { judgeServers } from '../servers/judge.ts';
import { renderServers } from '../view/servers.ts';
import { visible } from '../view/text.ts';
import { type LockOptions, lockUnseen } from './lock-unseen.ts';
import { askOffline } from './program.ts';

export interface OfflineOptions extends GoingBackOptions, LockOptions {}

/** @param choose shows the directions and gives the version that every server is to run */
export async function repairOffline(
  place: Place,
  options: OfflineOptions,
  choose: (states: ServerStates) => string,
): Promise<void> {
  const { project, environment, servers } = await serversFor(place, options);
  const language = languageOf(options);
  const { requestedBy: by = localUser() } = options;
  const reason = options.reason?.trim() ?? '';
  if (reason === '') throw refuse(REASON, options);
  const why = await lockUnseen(project, place, options);
  process.stderr.write(`${warning(place, why)[language]}\n`);
  const request: OfflineRequest = { ...place, servers, language };
  const states = await lookedAt(request, options);
  if (options.json !== true) print(shown(environment, states, language));
  const version = choose(states);
  await confirmed(options, version, language);
  const asked = { ...request, repair: { version, reason, by } };
  const ended = await askOffline(asked, (line) => {
    // With --json the one value is what is printed.
    if (options.json === true) process.stderr.write(`${visible(line)}\n`);
    else print(visible(line));
  });
  if (ended.kind === 'ended') return tellEnd(place, ended, { version, ...options });
  throw new CommandError(ended.kind === 'refused' ? ended.text : '', EXIT.badInput);
}

const REASON: Localized = {
  zh: '请用 --reason 写明原因：没有发布单记录它',
  en: 'give the reason with --reason: no run records it',
};

/** @throws CommandError with what the worker's program refuses, exit 2 */
async function lookedAt(request: OfflineRequest, options: OfflineOptions): Promise<ServerStates> {
  const ended = await askOffline(request, () => undefined);
  if (ended.kind === 'states') return ended.states;
  const { text } = ended;
  throw refuse({ zh: text ?? '', en: text ?? '' }, options);
}

function warning({ service, environment }: Place, why: Localized): Localized {
  const place = visible(`${service}/${environment}`);
  return {
    zh: `⚠ 读不到 ${place} 的锁（${visible(why.zh)}）：可能仍有发布单持有它。\n⚠ 继续之前，请停止所有部署 worker；Temporal 恢复后，先结束持有锁的发布单，再启动它们。`,
    en: `⚠ the lock of ${place} cannot be read (${visible(why.en)}): a run may still hold it.\n⚠ Stop every worker that deploys before you go on; once Temporal is back, end the run that held the lock before you start them again.`,
  };
}

async function confirmed(
  options: OfflineOptions,
  version: string,
  language: Language,
): Promise<void> {
  if (options.yes === true) return;
  const say = sayIn(language);
  const interrupted = { zh: '没有做任何改动', en: 'nothing was changed' };
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    const zh = `没有终端可供确认，${interrupted.zh}\n下一步：看过之后，加上 --to ${version} --yes 再执行`;
    const en = `there is no terminal to ask for confirmation; ${interrupted.en}\nnext: review this, then type the same with --to ${version} --yes`;
    throw refuse({ zh, en }, options);
  }
  const message = say({
    zh: `不经过 Temporal，把这些服务器统一到 ${version}？`,
    en: `Give these servers ${version}, without Temporal?`,
  });
  if (await askYesNo({ message, interrupted, initially: false }, say)) return;
  throw refuse(interrupted, options, EXIT.calledOff);
}

/** How every server stands, and what is left to do. */
function tellEnd(
  { service, environment }: Place,
  { outcome, text, states }: OfflineEnd,
  options: OfflineOptions & { readonly version: string },
): void {
  const language = languageOf(options);
  const say = sayIn(language);
  const { version } = options;
  process.exitCode = outcome === 'succeeded' ? EXIT.succeeded : EXIT.needsAttention;
  if (options.json === true) return print(JSON.stringify({ outcome, text, version, states }));
  print(shown(environment, states, language));
  if (outcome === 'succeeded') {
    const next = `runsheet repair ${service} ${environment}`;
    return print(
      say({
        zh: `✓ 每台服务器都运行 ${version}。锁没有改变：Temporal 恢复后，如果环境仍是 DIRTY：${next}`,
        en: `✓ every server runs ${version}. The lock is as it was: once Temporal is back, and where the environment is DIRTY: ${next}`,
      }),
    );
  }
  process.stderr.write(
    `${say({
      zh: `✗ 已停止，之前的改动没有撤销：${visible(text ?? '')}\n下一步：排除原因后再执行一次；做完的部分保持不变`,
      en: `✗ stopped, and nothing was undone: ${visible(text ?? '')}\nnext: remove the cause, then type the same again; what is done stays as it is`,
    })}\n`,
  );
}

function shown(environment: string, states: ServerStates, language: Language): string {
  return renderServers(environment, judgeServers(states, []), states, language).join('\n');
}

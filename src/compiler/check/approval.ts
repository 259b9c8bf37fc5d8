/** An approval step: 配置 (how long, how many, through which channels) and 审批人员 (who). */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ChannelName, Quorum } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseDurationSeconds } from '../parse/duration.ts';
import { part, type Words } from '../parse/items.ts';
import { parseSmallNumber } from '../parse/quantity.ts';
import { APPROVAL_SETTINGS, type ApprovalSetting, allWords, findWord } from '../parse/words.ts';
import { findRole } from '../vocabulary.ts';
import type { Names } from './names.ts';
import { checkSatisfiable } from './quorum.ts';

export interface ApprovalRules {
  readonly timeoutSeconds: number;
  readonly quorum: Quorum;
  readonly channels: readonly ChannelName[];
  readonly approvers: Readonly<Record<string, readonly string[]>>;
  /** Role id → the name that the document uses. */
  readonly roleNames: Readonly<Record<string, string>>;
}

/** Where the document says nothing: a day, any one of the approvers. */
const DEFAULT_TIMEOUT_SECONDS = 86_400;

const CHANNELS: readonly (readonly [RegExp, ChannelName])[] = [
  [/^(?:邮件|电子邮件|邮箱|e-?mail|mail)$/iu, 'email'],
  [/^slack$/iu, 'slack'],
  [/^(?:webhook|网络钩子)$/iu, 'webhook'],
];

export function checkApproval(
  context: Context,
  names: Names,
  heading: Words,
  configuration: readonly Words[],
  approverBullets: readonly Words[],
): ApprovalRules {
  const settings = readSettings(context, configuration);
  const quorum = settings.quorum ?? { kind: 'any' };
  const approvers: Record<string, readonly string[]> = {};
  const roleNames: Record<string, string> = {};
  for (const bullet of approverBullets) readApprovers(context, names, bullet, approvers, roleNames);
  if (approverBullets.length === 0) {
    report(context, heading, diagnose('MISSING_FIELD', 'approvers', {}));
  }
  checkSatisfiable(context, heading, quorum, approvers);
  return {
    timeoutSeconds: settings.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    quorum,
    channels: settings.channels ?? [],
    approvers,
    roleNames,
  };
}

interface Settings {
  timeoutSeconds?: number;
  quorum?: Quorum;
  channels?: readonly ChannelName[];
}

function readSettings(context: Context, bullets: readonly Words[]): Settings {
  const settings: Settings = {};
  for (const words of bullets) {
    const { name, value } = splitAtColon(words);
    const key = findWord(APPROVAL_SETTINGS, name)?.key;
    if (key === undefined) reportUnknownSetting(context, words, name);
    else READERS[key](context, value, settings);
  }
  return settings;
}

const READERS: Readonly<
  Record<ApprovalSetting, (context: Context, value: Words, settings: Settings) => void>
> = {
  timeout: (context, value, settings) => {
    const seconds = parseDurationSeconds(value.text);
    if (seconds === null) {
      const { text } = value;
      const diagnostic = diagnose('BAD_DURATION', 'approvalTimeout', { text }, { actual: text });
      report(context, value, diagnostic);
      return;
    }
    settings.timeoutSeconds = seconds;
    claim(context, value.start, 'approval rule', {
      zh: `没有决定则在 ${seconds} 秒后过期`,
      en: `expires after ${seconds} s without a decision`,
    });
  },
  quorum: (context, value, settings) => {
    const quorum = readQuorum(value.text);
    if (quorum === null) {
      const { text } = value;
      report(context, value, diagnose('BAD_FIELD', 'approvalRule', { text }, { actual: text }));
      return;
    }
    settings.quorum = quorum;
    claim(context, value.start, 'approval rule', describeQuorum(quorum));
  },
  channels: (context, value, settings) => {
    const channels = listOf(value).flatMap((word) => readChannel(context, word) ?? []);
    settings.channels = [...new Set(channels)];
    claim(context, value.start, 'approval rule', {
      zh: `通知渠道：${channels.join('、')}`,
      en: `asks through: ${channels.join(', ')}`,
    });
  },
};

/** 至少一人 → any, 全部 → all, 至少两人 → count; null: not understood. */
export function readQuorum(text: string): Quorum | null {
  const plain = text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/(?:\s*approvals?|\s*approves?|\s*must approve|批准|同意|审批|通过)$/u, '')
    .trim();
  if (/^(?:全部|全员|所有人|所有|每个角色|全体)$/u.test(plain)) return { kind: 'all' };
  if (/^(?:everyone|everybody|all|all of them|all roles|one for each role)$/u.test(plain))
    return { kind: 'all' };
  if (/^(?:任意一人|任一人|任何一人|任意一位|anyone|any one person|any)$/u.test(plain))
    return { kind: 'any' };
  const match =
    /^(?:至少|at least)?\s*([一两二三四五六七八九十]|\d{1,4}|[a-z]+)\s*(?:个人|人|位|名|people|persons?)$/u.exec(
      plain,
    );
  const people = match === null ? null : parseSmallNumber(match[1] ?? '');
  if (people === null || people < 1) return null;
  return people === 1 ? { kind: 'any' } : { kind: 'count', people };
}

function describeQuorum(quorum: Quorum): { zh: string; en: string } {
  if (quorum.kind === 'any')
    return { zh: '其中任意一人批准即可', en: 'any one of these people decides' };
  if (quorum.kind === 'all') return { zh: '每个角色各需一人批准', en: 'one person for each role' };
  return { zh: `需要 ${quorum.people} 个不同的人批准`, en: `${quorum.people} distinct people` };
}

function readChannel(context: Context, word: Words): ChannelName | null {
  const channel = CHANNELS.find(([form]) => form.test(word.text))?.[1];
  if (channel === undefined) {
    const { text } = word;
    const near = nearest(text, ['邮件', 'email', 'Slack', 'webhook'], 1);
    report(
      context,
      word,
      diagnose('BAD_FIELD', 'channel', { channel: text }, { near, actual: text }),
    );
    return null;
  }
  const { channels } = context.vocabulary;
  if (channels !== undefined && !channels.includes(channel)) {
    report(context, word, diagnose('CHANNEL_NOT_CONFIGURED', 'channel', { channel: word.text }));
  }
  return channel;
}

function readApprovers(
  context: Context,
  names: Names,
  bullet: Words,
  approvers: Record<string, readonly string[]>,
  roleNames: Record<string, string>,
): void {
  const { name: environment, value } = splitAtColon(bullet);
  const known = (names.parameters.get('environment')?.enum ?? []).map(String);
  if (known.length > 0 && !known.includes(environment)) {
    const near = nearest(environment, known, 1);
    report(
      context,
      { start: bullet.start, end: bullet.start + environment.length },
      diagnose('BAD_FIELD', 'environment', { environment, known }, { near, actual: environment }),
    );
  }
  const isRole = ({ text }: Words): boolean => findRole(context.vocabulary, text) !== null;
  const roles = listOf(value, isRole).flatMap((word) => {
    const role = findRole(context.vocabulary, word.text);
    if (role === null) reportUnknownRole(context, word);
    else roleNames[role] = word.text;
    return role ?? [];
  });
  approvers[environment] = [...new Set(roles)];
  claim(context, bullet.start, 'approval rule', {
    zh: `${environment} 可由角色 ${roles.join('、')} 决定`,
    en: `for ${environment}, the roles ${roles.join(', ')} may decide`,
  });
}

function reportUnknownRole(context: Context, word: Words): void {
  const { text } = word;
  const near = nearest(
    text,
    Object.values(context.vocabulary.roles).flatMap((role) => role.names),
  );
  report(
    context,
    word,
    diagnose('UNKNOWN_ROLE', 'approver', { role: text }, { near, actual: text }),
  );
}

function reportUnknownSetting(context: Context, words: Words, setting: string): void {
  const near = nearest(setting, allWords(APPROVAL_SETTINGS));
  report(context, words, diagnose('BAD_FIELD', 'approvalSetting', { setting }, { near }));
}

function splitAtColon(words: Words): { name: string; value: Words } {
  const at = words.text.search(/[:：]/u);
  if (at === -1) return { name: words.text, value: part(words, words.text.length) };
  return { name: words.text.slice(0, at).trim(), value: part(words, at + 1) };
}

const SIGN = /\s*[+＋、,，/&]\s*|$/gu;
const CONJUNCTION = /\s*(?:和|以及|\sand\s)\s*|$/giu;

/**
 * `邮件 + Slack`, `A、B 和 C`, `A and B` → the words, each with its place. What is known as a whole
 * stays whole: 研发和运维负责人 is one role where the project has it.
 */
function listOf(words: Words, isKnown: (word: Words) => boolean = () => false): Words[] {
  if (isKnown(words)) return [words];
  return splitAt(words, SIGN).flatMap((word) =>
    isKnown(word) ? [word] : splitAt(word, CONJUNCTION),
  );
}

function splitAt(words: Words, separator: RegExp): Words[] {
  const list: Words[] = [];
  let from = 0;
  for (const match of words.text.matchAll(separator)) {
    const word = part(words, from, match.index);
    if (word.text !== '') list.push(word);
    from = match.index + match[0].length;
  }
  return list;
}

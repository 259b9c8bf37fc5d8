/** docs/faults.md and docs/zh/faults.md, written from what was tried. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { say } from '../../../src/diagnostics/language.ts';
import { KINDS, type Kind } from './cases.ts';
import type { Entry, Journal } from './journal.ts';
import { seconds, spreadOf } from './spread.ts';

type Language = 'en' | 'zh';

const PAGES: Readonly<Record<Language, string>> = {
  en: '../../../docs/faults.md',
  zh: '../../../docs/zh/faults.md',
};

const KIND_NAMES: Readonly<Record<Kind, readonly [zh: string, en: string]>> = {
  before: ['开始前', 'before'],
  during: ['执行中', 'during'],
  after: ['完成后', 'after'],
  lost: ['结果丢失', 'result lost'],
  hangs: ['无响应', 'silent'],
  'fails-twice': ['失败两次', 'fails twice'],
  fails: ['始终失败', 'fails for good'],
};

export function writePages({ commit, entries }: Pick<Journal, 'commit' | 'entries'>): void {
  for (const language of ['en', 'zh'] as const)
    writeFileSync(fileURLToPath(new URL(PAGES[language], import.meta.url)), pageOf(language));

  function pageOf(language: Language): string {
    return pageText({ commit, entries, language });
  }
}

interface Page {
  readonly commit: string;
  readonly entries: readonly Entry[];
  readonly language: Language;
}

/** The whole page in one language. */
export function pageText({ commit, entries, language }: Page): string {
  const tell = (zh: string, en: string): string => say({ language }, zh, en);
  const wrong = entries.filter(({ problems }) => problems.length > 0);
  const there = entries.filter(({ because }) => because === null);
  const frozen = (each: Entry): boolean => each.signal === 'SIGSTOP';
  const other = language === 'en' ? '[简体中文](zh/faults.md)' : '[English](../faults.md)';
  const { medianMs, p95Ms, longestMs } = spreadOf(
    entries.filter((each) => each.kind !== 'lost' && !frozen(each)).map((each) => each.resumedMs),
  );
  const memory = Math.round(totalmem() / 2 ** 30);
  const day = new Date(Math.max(...entries.map(({ atMs }) => atMs))).toISOString().slice(0, 10);
  return `${[
    tell('# 每一步都中断一次', '# Killed at every step'),
    other,
    '```sh\nnpm run test:faults\n```',
    tell(
      '参考操作单向三台内嵌服务器发布一个版本，每次发布只干扰一个操作。单元格中是结果正确的次数与尝试的次数。由 Runsheet 以外的程序判定：`temporal` 程序、服务器自己的文件与进程、负载均衡、数据库、webhook 的接收方。每台服务器只运行一个版本，而且是正确的那个，只启动一次；都在池中；没有残留的文件和进程；没有锁；一条记录，一条通知。',
      'The reference run sheet releases a version to three embedded servers, and each run has one of its activities disturbed. A cell tells how many ended right, of how many. Programs other than Runsheet tell: the `temporal` program, the servers’ own files and processes, the balancer, the database, the receiver of the webhook. Each server runs exactly one version, the right one, started once, and is in the pool; no file and no process is left over; no lock is held; there is one record and one message.',
    ),
    `- ${tell('提交：', 'Commit: ')}\`${commit}\`, ${day}, ${cpus().length} × CPU, ${memory} GiB`,
    `- ${tell('正确：', 'Right: ')}**${entries.length - wrong.length} / ${entries.length}**`,
    `- ${tell(
      `从干扰到同一操作重新开始：中位数 ${seconds(medianMs)}，95 % 在 ${seconds(p95Ms)} 以内，最长 ${seconds(longestMs)}`,
      `From the fault until the same activity is begun again: median ${seconds(medianMs)}, 95 % within ${seconds(p95Ms)}, longest ${seconds(longestMs)}`,
    )}`,
    tell('## 发布途中', '## On the way'),
    tell(
      '“开始前”“执行中”“完成后”：worker 在该处被 SIGKILL 终止，由另一个接手。短于 0.2 秒的操作没有“执行中”。“始终失败”按操作单的回滚策略结束，其余都以成功结束。',
      'Before, during, after: the worker is killed there (SIGKILL), and another goes on. An activity of less than 0.2 s has no middle. What fails for good ends as the rollback policy of the run sheet says; all others end in success.',
    ),
    tableOf(
      there.filter((each) => !frozen(each)),
      tell,
    ),
    tell('## 回滚途中', '## On the way back'),
    tell(
      '先让步骤 9 的流量检查始终失败，发布因此回滚；受干扰的是补偿操作。补偿始终失败时，发布等待人工处理，障碍消除后由人决定重试。',
      'The check of the traffic in step 9 fails for good, so that the run rolls back; what is disturbed are its compensations. Where one fails for good, the run waits for a person, who tries again once the obstacle is gone.',
    ),
    tableOf(
      entries.filter((each) => each.because !== null && !frozen(each)),
      tell,
    ),
    ...frozenLines(entries.filter(frozen), tell),
    ...wrongLines(wrong, tell),
  ]
    .join('\n\n')
    .replaceAll(/(?<=\n- .*)\n\n(?=- )/gu, '\n')}\n`;
}

type Tell = (zh: string, en: string) => string;

/** A row an activity, a column a kind; servers are counted together. */
function tableOf(entries: readonly Entry[], tell: Tell): string {
  const kinds = KINDS.filter((kind) => entries.some((each) => each.kind === kind));
  const rows = new Map<string, Entry[]>();
  for (const each of entries) {
    const step = each.step === null ? '–' : String(each.step);
    const key = `${step} | \`${each.activity}\``;
    rows.set(key, [...(rows.get(key) ?? []), each]);
  }
  const head = [tell('步骤', 'Step'), tell('操作', 'Activity')];
  const names = kinds.map((kind) => tell(...KIND_NAMES[kind]));
  return [
    `| ${[...head, ...names].join(' | ')} |`,
    `| ${[...head, ...names].map(() => '---').join(' | ')} |`,
    ...[...rows].map(
      ([key, all]) => `| ${[key, ...kinds.map((kind) => cell(all, kind))].join(' | ')} |`,
    ),
  ].join('\n');
}

function cell(entries: readonly Entry[], kind: Kind): string {
  const tried = entries.filter((each) => each.kind === kind);
  if (tried.length === 0) return '';
  const right = tried.filter(({ problems }) => problems.length === 0).length;
  return right === tried.length ? `${right}/${tried.length}` : `**${right}/${tried.length}**`;
}

function frozenLines(frozen: readonly Entry[], tell: Tell): readonly string[] {
  if (frozen.length === 0) return [];
  return [
    tell('## 冻结后恢复', '## Frozen and thawed'),
    tell(
      'worker 在该处被冻结（SIGSTOP），工作由另一个接手，发布结束后恢复运行。它此后不再改动任何服务器，也不再改动池。',
      'The worker is frozen there (SIGSTOP), another takes its work over, and it is thawed once the run has ended. From then on it changes nothing on the servers and nothing in the pool.',
    ),
    tableOf(frozen, tell),
  ];
}

function wrongLines(wrong: readonly Entry[], tell: Tell): readonly string[] {
  if (wrong.length === 0) return [];
  return [
    tell('## 结果不正确的', '## Ended wrong'),
    ...wrong.map(
      ({ name, problems }) => `- \`${name}\`: \`${problems.join('; ').replaceAll('`', "'")}\``,
    ),
  ];
}

/** `plan --probe`: what servers, load balancer and registry answered, and what a run would change. Pure. */
import stringWidth from 'string-width';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { PreflightCheck, PreflightResult, ServerBefore } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { pad, visible } from './text.ts';

type State = PreflightCheck['state'];

const MARKS: Readonly<Record<State, string>> = { ok: '✓', warning: '⚠', failed: '✗' };
const CHECKS: Readonly<Record<PreflightCheck['name'], Localized>> = {
  connection: { zh: '连接', en: 'connection' },
  engine: { zh: '引擎', en: 'engine' },
  disk: { zh: '磁盘', en: 'disk' },
  port: { zh: '端口', en: 'port' },
  clock: { zh: '时钟', en: 'clock' },
  release: { zh: '回滚', en: 'rollback' },
  health: { zh: '健康', en: 'health' },
  pool: { zh: '负载均衡', en: 'pool' },
  registry: { zh: '镜像仓库', en: 'registry' },
  source: { zh: '版本', en: 'version' },
  files: { zh: '配置文件', en: 'configuration files' },
  start: { zh: '启动设置', en: 'start settings' },
  records: { zh: '部署记录', en: 'records' },
};
const POOLS: Readonly<Record<ServerBefore['pool'], Localized>> = {
  ready: { zh: '已挂载', en: 'in the pool' },
  drain: { zh: '正在摘除', en: 'draining' },
  maint: { zh: '已人工摘除（maint）', en: 'taken out by hand (maint)' },
  absent: { zh: '负载均衡中没有', en: 'unknown to the load balancer' },
  none: { zh: '没有负载均衡', en: 'no load balancer' },
};
const BACK: Readonly<Record<ServerBefore['pool'], Localized>> = {
  ready: { zh: '先摘除，再挂载', en: 'taken out of the pool and put back' },
  drain: { zh: '不再挂载', en: 'not put back into the pool' },
  maint: {
    zh: '不再挂载：它是人工摘除的',
    en: 'not put back into the pool: it was taken out by hand',
  },
  absent: { zh: '加入负载均衡', en: 'added to the pool' },
  none: { zh: '直接更新，没有负载均衡', en: 'updated in place, without a pool' },
};
const SUBJECTS: Readonly<Record<string, Localized>> = {
  balancer: { zh: '负载均衡', en: 'load balancer' },
  registry: { zh: '镜像仓库', en: 'registry' },
  source: { zh: '源代码', en: 'source' },
  settings: { zh: '设置', en: 'settings' },
};
const WOULD_FAIL: Localized = {
  zh: '现在发布，会在步骤 1 之前失败',
  en: 'a run would fail before step 1',
};
const WOULD_FAIL_BUT: Localized = {
  zh: '现在发布，会在步骤 1 之前失败，除非这些服务器在允许失败台数之内',
  en: 'a run would fail before step 1, unless its failure budget covers these servers',
};
const READY_WITH_WARNINGS: Localized = {
  zh: '可以发布，请先查看警告',
  en: 'ready for a run; see the warnings',
};
const READY: Localized = { zh: '可以发布', en: 'ready for a run' };
const COLUMN = 24;
const DIGITS = 12;

/**
 * A block for each server, then for load balancer and registry: the worst of its checks, what runs now,
 * what a run would change, and each check with its finding.
 * @param version what the run would deploy; null: changes are not shown
 */
export function renderProbe(
  results: readonly PreflightResult[],
  language: Language,
  version: string | null = null,
): string[] {
  const lines = [
    sayIn(language)({ zh: '探测完毕，没有做任何改动。', en: 'The probe changed nothing.' }),
    ...results.flatMap((result) => subjectLines(result, language, version)),
    '',
    conclusion(results, language),
  ];
  return lines.map(visible);
}

function subjectLines(
  result: PreflightResult,
  language: Language,
  version: string | null,
): readonly string[] {
  const { subject, before, checks } = result;
  const name = SUBJECTS[subject]?.[language] ?? subject;
  const width =
    Math.max(...checks.map((check) => stringWidth(CHECKS[check.name][language])), 10) + 2;
  return [
    '',
    `${MARKS[stateOf(result)]} ${pad(name, COLUMN)}  ${headline(result, language)}`.trimEnd(),
    ...(before === undefined ? [] : changeLines(before, language, version)),
    ...checks.map(
      ({ name: check, state, detail }) =>
        `    ${MARKS[state]} ${pad(CHECKS[check][language], width)}${detail}`,
    ),
  ];
}

/** A subject that could not be reached has failed, whatever its checks say. */
function stateOf({ reachable, checks }: PreflightResult): State {
  const states = checks.map((each) => each.state);
  if (!reachable || states.includes('failed')) return 'failed';
  return states.includes('warning') ? 'warning' : 'ok';
}

function headline({ reachable, before }: PreflightResult, language: Language): string {
  const say = sayIn(language);
  if (!reachable) return say({ zh: '无法连接', en: 'unreachable' });
  if (before === undefined) return '';
  const pool = say(POOLS[before.pool]);
  const runs = running(before, language);
  return say({ zh: `${runs}，${pool}`, en: `${runs}, ${pool}` });
}

function running({ release }: ServerBefore, language: Language): string {
  if (release === null)
    return sayIn(language)({ zh: '服务未运行', en: 'the service is not running' });
  const digest = release.digest.replace(/^sha256:/u, '').slice(0, DIGITS);
  return digest === '' ? release.version : `${release.version} (${digest})`;
}

function changeLines(
  { release, pool }: ServerBefore,
  language: Language,
  version: string | null,
): readonly string[] {
  if (version === null) return [];
  const say = sayIn(language);
  const from = release?.version ?? say({ zh: '（无）', en: '(none)' });
  const restarted = say({ zh: '（同一版本，会重启）', en: ' (same version, restarted)' });
  const to = release?.version === version ? `${version}${restarted}` : version;
  const back = say(BACK[pool]);
  return [say({ zh: `    → ${from} → ${to}；${back}`, en: `    → ${from} → ${to}; ${back}` })];
}

function conclusion(results: readonly PreflightResult[], language: Language): string {
  const states = results.map(stateOf);
  const count = (state: State): number => states.filter((each) => each === state).length;
  const [failed, warned] = [count('failed'), count('warning')];
  const parts = [`✓ ${count('ok')}`, `⚠ ${warned}`, `✗ ${failed}`].join('  ');
  // A failure budget covers servers: what all of them need, such as the version, it does not.
  const forAll = results.some((each) => stateOf(each) === 'failed' && each.subject in SUBJECTS);
  const wouldFail = forAll ? WOULD_FAIL : WOULD_FAIL_BUT;
  const verdict = failed > 0 ? wouldFail : warned > 0 ? READY_WITH_WARNINGS : READY;
  return `${parts}  ${sayIn(language)(verdict)}`;
}

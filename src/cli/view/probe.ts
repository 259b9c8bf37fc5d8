/** `plan --probe`: what every server, the balancer and the registry answered, and what a run would change. Pure. */
import stringWidth from 'string-width';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { PreflightCheck, PreflightResult, ServerBefore } from '../../plan/run.ts';
import { pad, visible } from './text.ts';

type Words = Readonly<Record<Language, string>>;
type State = PreflightCheck['state'];

const MARKS: Readonly<Record<State, string>> = { ok: '✓', warning: '⚠', failed: '✗' };
const CHECKS: Readonly<Record<PreflightCheck['name'], Words>> = {
  connection: { zh: '连接', en: 'connection' },
  engine: { zh: '引擎', en: 'engine' },
  disk: { zh: '磁盘', en: 'disk' },
  port: { zh: '端口', en: 'port' },
  clock: { zh: '时钟', en: 'clock' },
  health: { zh: '健康', en: 'health' },
  pool: { zh: '负载均衡池', en: 'pool' },
  registry: { zh: '镜像仓库', en: 'registry' },
};
const POOLS: Readonly<Record<ServerBefore['pool'], Words>> = {
  ready: { zh: '在池中', en: 'in the pool' },
  drain: { zh: '正在移出', en: 'draining' },
  maint: { zh: '由人停用（maint）', en: 'out by hand (maint)' },
  absent: { zh: '负载均衡器不认识它', en: 'unknown to the balancer' },
  none: { zh: '没有负载均衡', en: 'no load balancer' },
};
const SUBJECTS: Readonly<Record<string, Words>> = {
  balancer: { zh: '负载均衡器', en: 'balancer' },
  registry: { zh: '镜像仓库', en: 'registry' },
};
const COLUMN = 24;
const DIGITS = 12;

/**
 * A block for each server, then those for balancer and registry: the worst of its checks, what runs
 * now, what a run would change, and each check with what it found.
 * @param version what the run would deploy; null: nothing is said about changes
 */
export function renderProbe(
  results: readonly PreflightResult[],
  language: Language,
  version: string | null = null,
): string[] {
  const lines = [
    language === 'zh' ? '探测：没有改变任何东西' : 'The probe changed nothing.',
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

/** A subject that could not be asked is failed, whatever its checks say. */
function stateOf({ reachable, checks }: PreflightResult): State {
  const states = checks.map((each) => each.state);
  if (!reachable || states.includes('failed')) return 'failed';
  return states.includes('warning') ? 'warning' : 'ok';
}

function headline({ reachable, before }: PreflightResult, language: Language): string {
  const zh = language === 'zh';
  if (!reachable) return zh ? '无法连接' : 'cannot be reached';
  if (before === undefined) return '';
  return `${running(before, language)}, ${POOLS[before.pool][language]}`;
}

function running({ release }: ServerBefore, language: Language): string {
  if (release === null) return language === 'zh' ? '没有运行这个服务' : 'the service does not run';
  const digest = release.digest.replace(/^sha256:/u, '').slice(0, DIGITS);
  return digest === '' ? release.version : `${release.version} (${digest})`;
}

function changeLines(
  { release, pool }: ServerBefore,
  language: Language,
  version: string | null,
): readonly string[] {
  if (version === null) return [];
  const zh = language === 'zh';
  const from = release?.version ?? (zh ? '（无）' : '(nothing)');
  const same = release?.version === version;
  const back: Readonly<Record<ServerBefore['pool'], Words>> = {
    ready: { zh: '移出池后放回', en: 'out of the pool and back' },
    drain: { zh: '不放回池中', en: 'not put back into the pool' },
    maint: { zh: '不放回池中：是人停用的', en: 'not put back into the pool: somebody took it out' },
    absent: { zh: '加入池中', en: 'put into the pool' },
    none: { zh: '没有可移出的池', en: 'no pool to leave' },
  };
  const again = same ? (zh ? '，同一版本会重新启动' : ', the same version, started again') : '';
  return [`    → ${from} → ${version}${again}; ${back[pool][language]}`];
}

function conclusion(results: readonly PreflightResult[], language: Language): string {
  const states = results.map(stateOf);
  const count = (state: State): number => states.filter((each) => each === state).length;
  const [failed, warned] = [count('failed'), count('warning')];
  const parts = [`✓ ${count('ok')}`, `⚠ ${warned}`, `✗ ${failed}`].join('  ');
  if (failed > 0) {
    return language === 'zh'
      ? `${parts}  现在运行会在步骤 1 之前失败，除非失败预算包含这些服务器`
      : `${parts}  a run would fail before step 1, unless its failure budget covers them`;
  }
  if (warned > 0)
    return language === 'zh'
      ? `${parts}  可以运行，请看警告`
      : `${parts}  a run can begin; see the warnings`;
  return language === 'zh' ? `${parts}  可以运行` : `${parts}  a run can begin`;
}

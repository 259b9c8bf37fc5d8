/** What is shown of a run before it has begun: in the Web UI, and to whoever told it to begin later. */
import type { ShownAtStart } from '../../client/start.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { visible } from './text.ts';

/** In the run's language: who opens the Web UI is not who typed the command. */
export function shownAtStart(run: ResolvedRun): ShownAtStart {
  const { plan, service, environment, version, servers } = run;
  const say = sayIn(run.language);
  const lines = [
    `**${plan.presentation.title}**`,
    ...(servers.length === 0
      ? []
      : [
          say({
            zh: `服务器（${servers.length}）：${some(servers)}`,
            en: `servers (${servers.length}): ${some(servers)}`,
          }),
        ]),
    say({ zh: `申请人：${run.requestedBy}`, en: `requested by ${run.requestedBy}` }),
    say({ zh: `计划：${run.planDigest}`, en: `plan: ${run.planDigest}` }),
  ];
  return {
    summary: `${service} ${version} → ${environment}`,
    details: lines.join('\n\n'),
    attributes: {
      RunsheetService: service,
      RunsheetEnvironment: environment,
      RunsheetVersion: version,
    },
  };
}

const NAMED = 20;

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(rest > 0 ? [`… +${rest}`] : [])].join(', ');
}

/** When it begins, in local time and in UTC, and what can be typed until then. */
export function beginsLater(
  workflowId: string,
  beginsAtMs: number,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const run = visible(workflowId);
  const when = `${localTime(beginsAtMs)} (${utc(beginsAtMs)})`;
  return [
    say({
      zh: `${run} 定于 ${when} 开始；在那之前什么都不做`,
      en: `${run} begins at ${when}; nothing is done before`,
    }),
    say({ zh: `查看：runsheet status ${run}`, en: `to look: runsheet status ${run}` }),
    say({ zh: `取消：runsheet cancel ${run}`, en: `to cancel: runsheet cancel ${run}` }),
  ];
}

/** `2026-12-01 02:00:00 +08:00`, by the clock of this machine. */
export function localTime(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((each) =>
    String(each).padStart(2, '0'),
  );
  const clock = new Date(ms + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${clock} ${sign}${hour}:${minute}`;
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

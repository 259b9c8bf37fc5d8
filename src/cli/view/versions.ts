/** Worker versions and replays as lines for people. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import {
  type Deployment,
  shortBuild,
  type WorkerVersion,
} from '../../worker/versions/deployment.ts';
import { type OpenRun, runsAmong } from '../../worker/versions/open-runs.ts';
import type { Replayed } from '../../worker/versions/replay.ts';
import { sayIn } from '../language.ts';
import { localTime } from './start.ts';
import { pad, visible } from './text.ts';

const STATES = {
  current: { zh: '当前', en: 'current' },
  ramping: { zh: '试行', en: 'ramping' },
  draining: { zh: '收尾', en: 'draining' },
  drained: { zh: '已收尾', en: 'drained' },
  inactive: { zh: '未启用', en: 'inactive' },
} as const;

const WIDTHS = [14, 14, 9, 11, 21] as const;

/** One line for each version, the latest first. @param installed build id of this installation */
export function versionLines(
  { versions }: Deployment,
  open: readonly OpenRun[],
  installed: string,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const heads = [
    { zh: '版本', en: 'version' },
    { zh: '状态', en: 'state' },
    { zh: 'worker', en: 'workers' },
    { zh: '未结束', en: 'open runs' },
    { zh: '自', en: 'since' },
  ];
  return [
    columns(heads.map(say)),
    ...versions.map((each) => {
      const here = say({ zh: '本机安装的版本', en: 'this installation' });
      const { buildId, sinceMs, workers } = each;
      return columns([
        shortBuild(buildId),
        stateOf(each, language),
        String(workers.length),
        String(runsOn(open, buildId).length),
        sinceMs === null ? '' : localTime(sinceMs).slice(0, 'YYYY-MM-DD hh:mm:ss'.length),
        buildId === installed ? here : '',
      ]);
    }),
  ];
}

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, index) => pad(cell, WIDTHS[index] ?? cell.length * 2))
    .join('')
    .trimEnd();
}

function stateOf({ state, percentage }: WorkerVersion, language: Language): string {
  const word = STATES[state][language];
  return percentage === null ? word : `${word} ${percentage} %`;
}

/** The runs that began on a version. */
export function runsOn(open: readonly OpenRun[], buildId: string): readonly OpenRun[] {
  return runsAmong(open).filter(({ version }) => version === buildId);
}

/** What a replay found, and what to do about it; of a run that goes on, one line. */
export function replayedLines(replayed: Replayed, language: Language): readonly string[] {
  const say = sayIn(language);
  const { workflowId, events, problem } = replayed;
  const run = visible(workflowId);
  if (problem === null) {
    return [
      say({ zh: `✓ ${run}（${events} 个事件）`, en: `✓ ${run} (${countedEn(events, 'event')})` }),
    ];
  }
  const { eventId, message } = problem;
  return [
    say({
      zh: `✗ ${run}：自事件 ${eventId} 起，本机安装的代码与历史不同`,
      en: `✗ ${run}: from event ${eventId} on, the code of this installation departs from the history`,
    }),
    `  ${visible(message)}`,
  ];
}

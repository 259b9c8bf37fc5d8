/** What a rolling rule says to people: in the plan, in the approval message, in `check --explain`. */
import type { BatchSize, RollingSettings } from './plan.ts';

type Language = 'zh' | 'en';

/** `1 台、10%、50%`; the last size is the one that repeats. */
function batchesText(batches: readonly BatchSize[], language: Language): string {
  return batches.map((size) => sizeText(size, language)).join(language === 'zh' ? '、' : ', ');
}

/** All that a rule sets, in one line without its heading: what is absent or zero is left out. */
export function rollingText(rule: RollingSettings, language: Language): string {
  const zh = language === 'zh';
  const { batches, pauseSeconds, failureBudget, minimumInPoolPercent, observeSeconds } = rule;
  const parts = [
    batches === undefined ? '' : batchesText(batches, language),
    positive(observeSeconds, (each) =>
      zh
        ? `首批观察 ${duration(each, language)}`
        : `first one observed for ${duration(each, language)}`,
    ),
    positive(pauseSeconds, (each) =>
      zh ? `批次间隔 ${duration(each, language)}` : `pause ${duration(each, language)}`,
    ),
    positive(failureBudget, (each) =>
      zh ? `允许失败台数 ${each}` : `failure budget ${each} ${each === 1 ? 'server' : 'servers'}`,
    ),
    positive(minimumInPoolPercent, (each) =>
      zh ? `最少在线 ${each}%` : `minimum in pool ${each}%`,
    ),
  ];
  return parts.filter((each) => each !== '').join(zh ? '；' : '; ');
}

/** Who decided the batches, as a person says it. */
export function rollingSourceText(
  from: 'template' | 'request' | 'project' | null,
  language: Language,
): string {
  const words = {
    template: { zh: '来自模板', en: 'from the template' },
    request: { zh: '来自请求', en: 'from the request' },
    project: { zh: '来自 runsheet.yaml', en: 'from runsheet.yaml' },
  };
  return from === null ? '' : words[from][language];
}

/** `1 分 30 秒`, `1 min 30 s`. */
export function duration(seconds: number, language: Language): string {
  const [second, minute, hour] = language === 'zh' ? ['秒', '分钟', '小时'] : ['s', 'min', 'h'];
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 3600), hour],
    [Math.floor(whole / 60) % 60, minute],
    [Math.round((seconds % 60) * 1000) / 1000, second],
  ] as const;
  const shown = parts.filter(([amount]) => amount > 0);
  return (shown.length === 0 ? [[0, second] as const] : shown)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

function sizeText(size: BatchSize, language: Language): string {
  if (size.kind === 'percent') {
    if (size.percent === 100) return language === 'zh' ? '全部' : 'all';
    return `${size.percent}%`;
  }
  if (language === 'zh') return `${size.servers} 台`;
  return `${size.servers} ${size.servers === 1 ? 'server' : 'servers'}`;
}

function positive(value: number | undefined, text: (value: number) => string): string {
  return value === undefined || value === 0 ? '' : text(value);
}

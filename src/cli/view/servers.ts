/** `runsheet servers`: what each server of an environment runs, since when, by which run. Pure. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { ServerBefore } from '../../plan/run.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { sayIn } from '../language.ts';
import type { JudgedServer } from '../servers/judge.ts';
import { localTime } from './start.ts';
import { pad, visible } from './text.ts';

const MARKS: Readonly<Record<JudgedServer['state'], string>> = {
  ok: '✓',
  warning: '⚠',
  failed: '✗',
};
const POOLS: Readonly<Record<ServerBefore['pool'], Localized>> = {
  ready: { zh: '已挂载', en: 'in the pool' },
  drain: { zh: '已摘除', en: 'out of the pool' },
  maint: { zh: '已人工摘除', en: 'taken out by hand' },
  absent: { zh: '负载均衡中没有', en: 'not in the pool' },
  none: { zh: '', en: '' },
};
const DIGITS = 12;
const NAME_COLUMN = 20;
const RELEASE_COLUMN = 30;
const POOL_COLUMN = 18;

/** The environment, a line a server with what is not as it should be below it, and the count. */
export function renderServers(
  environment: string,
  servers: readonly JudgedServer[],
  { silent }: Pick<ServerStates, 'silent'>,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const count = (state: JudgedServer['state']): number =>
    servers.filter((each) => each.state === state).length;
  const subjects: Readonly<Record<string, Localized>> = {
    balancer: { zh: '负载均衡没有应答', en: 'the load balancer does not answer' },
    records: { zh: '部署记录读不到', en: 'the records cannot be read' },
  };
  const silences = silent.flatMap(({ subject, checks }) => {
    const said = subjects[subject];
    return [
      `⚠ ${said === undefined ? subject : say(said)}`,
      ...checks.map((each) => `    ${each.detail}`),
    ];
  });
  return [
    environment,
    ...servers.flatMap((each) => serverLines(each, language)),
    ...silences,
    `✓ ${count('ok')}  ⚠ ${count('warning')}  ✗ ${count('failed')}`,
  ].map(visible);
}

function serverLines(server: JudgedServer, language: Language): readonly string[] {
  const say = sayIn(language);
  const { subject, before, run, state, notes } = server;
  const release = before?.release ?? null;
  const digest = release?.digest.replace(/^sha256:/u, '').slice(0, DIGITS);
  const runs = release === null ? '–' : `${release.version} (${digest})`;
  const pool = before === undefined ? '' : say(POOLS[before.pool]);
  const since = run === null ? '' : `${minute(run.endedAtMs)}  ${run.workflowId}`;
  const line = `${MARKS[state]} ${pad(subject, NAME_COLUMN)}  ${pad(runs, RELEASE_COLUMN)}  ${pad(pool, POOL_COLUMN)}  ${since}`;
  return [line.trimEnd(), ...notes.map((note) => `    ${say(note)}`)];
}

function minute(atMs: number): string {
  return localTime(atMs).slice(0, 'YYYY-MM-DD hh:mm'.length);
}

/** What a failure means, in words: for the plan, the approval message and `check --explain`. */
import type { Localized } from '../../diagnostics/language.ts';
import type { RollbackPolicy } from '../plan.ts';
import { fewestInPool } from '../rolling.ts';
import type { ResolvedRun } from '../run.ts';
import { askedAbout, irreversibleText } from './asking.ts';
import { withCommands } from './command-words.ts';
import {
  type Course,
  courseOf,
  courseOfSteps,
  irreversibleAt,
  meaningAt,
  takesOut,
} from './course.ts';
import { handlingOf, handlingText } from './handling.ts';
import { type DecidingPlan, policyOf, type ServerMeaning } from './meaning.ts';

/** A course, and the pool that the servers stand in. */
export interface Outlook {
  readonly course: Course;
  /** How many servers the pool has; null: nobody knows yet. */
  readonly poolSize: number | null;
  /** The fewest servers that have to stay in the pool; 0: no such minimum. */
  readonly kept: number;
}

/** What a failure in steps from…to means. */
export interface FailureRange {
  readonly from: number;
  readonly to: number;
  readonly text: Localized;
}

/** What becomes of a server: `in_turn` and `at_once` put it back; varies: either, as far as it got. */
type Way = 'unchanged' | 'kept' | 'deployed' | 'at_once' | 'in_turn' | 'varies';

export function outlookOf(run: ResolvedRun): Outlook {
  const percent = run.plan.rolling?.minimumInPoolPercent ?? 0;
  const { poolSize } = run;
  return { course: courseOf(run), poolSize, kept: fewestInPool(poolSize, percent) };
}

/** Of a document that nobody has asked for yet. */
export function outlookOfSteps(plan: DecidingPlan): Outlook {
  return { course: courseOfSteps(plan), poolSize: null, kept: 0 };
}

/** For the servers of the turns themselves; neighbouring steps that mean the same are one range. */
export function failureRanges(outlook: Outlook, turns: readonly number[]): readonly FailureRange[] {
  return ranges(
    turns.map((index) => {
      const { step, servers } = turnAt(outlook, index);
      const text = textOf(outlook, index, wayOf(outlook, index, servers[0] ?? ''));
      return { from: step.number, to: step.number, text: withHandling(outlook, index, text) };
    }),
  );
}

/** What comes before it: somebody is asked, it is tried again, or it never comes to that. */
function withHandling(outlook: Outlook, index: number, text: Localized): Localized {
  const { step } = turnAt(outlook, index);
  const handling = handlingOf(step);
  if (handling?.kind === 'ignore') return handlingText(handling);
  const irreversible = irreversibleAt(outlook.course, index);
  const asked = askedAbout(step, irreversible);
  const before = [
    ...(handling?.kind === 'retry' ? [handlingText(handling)] : []),
    ...(asked !== null && irreversible.length > 0 ? [irreversibleText(irreversible)] : []),
    ...(asked === null ? [] : [handlingText(asked)]),
  ];
  if (before.length === 0) return text;
  const [zh, en] = [before.map((each) => each.zh), before.map((each) => each.en)];
  return { zh: `${zh.join('；')}；此后${text.zh}`, en: `${en.join('; ')}; after that, ${text.en}` };
}

/** For a server whose batch was done before the batch of these turns. */
export function failureRangesLater(
  outlook: Outlook,
  turns: readonly number[],
  server: string,
): readonly FailureRange[] {
  return ranges(
    turns.map((index) => {
      const { number } = turnAt(outlook, index).step;
      return { from: number, to: number, text: laterText(outlook, wayOf(outlook, index, server)) };
    }),
  );
}

/** In a few lines, whatever the number of batches: a range each, and where a later batch fails. */
export function failureSummary(run: ResolvedRun): readonly Localized[] {
  const outlook = outlookOf(run);
  const { turns } = outlook.course;
  const indexesOf = (batch: number | null): readonly number[] =>
    turns.flatMap((turn, index) => (turn.batch === batch ? [index] : []));
  const first = turns.findIndex(({ batch }) => batch === 0);
  const around = indexesOf(null);
  const later = indexesOf(1);
  return [
    ...failureRanges(outlook, [...around.filter((each) => each < first), ...indexesOf(0)]),
    ...failureRangesLater(outlook, later, turns[first]?.servers[0] ?? '').map(inLaterBatch),
    ...failureRanges(
      outlook,
      around.filter((each) => each > first),
    ),
  ].map(rangeText);
}

function inLaterBatch(range: FailureRange): FailureRange {
  const { zh, en } = range.text;
  const text = {
    zh: `后面的批次失败时，之前的批次${zh}`,
    en: `where a later batch fails, the batches before it are ${en}`,
  };
  return { ...range, text };
}

/** `steps 6–7: …` */
export function rangeText({ from, to, text }: FailureRange): Localized {
  const [numbers, noun] = from === to ? [`${from}`, 'step'] : [`${from}–${to}`, 'steps'];
  return { zh: `步骤 ${numbers}：${text.zh}`, en: `${noun} ${numbers}: ${text.en}` };
}

/** Several ranges, one after another. */
export function inOneLine(ranges: readonly FailureRange[]): Localized {
  const texts = ranges.map(rangeText);
  return {
    zh: texts.map(({ zh }) => zh).join('；'),
    en: texts.map(({ en }) => en).join('; '),
  };
}

function turnAt({ course }: Outlook, index: number): Course['turns'][number] {
  const turn = course.turns[index];
  if (turn === undefined) throw new Error(`there is no turn ${index}`);
  return turn;
}

function ranges(single: readonly FailureRange[]): readonly FailureRange[] {
  const found: FailureRange[] = [];
  for (const each of single) {
    const last = found.at(-1);
    if (last?.text.en === each.text.en) found[found.length - 1] = { ...last, to: each.to };
    else found.push(each);
  }
  return found;
}

/** A step that fails may have begun or not: what is done in between is the same, or varies. */
function wayOf({ course }: Outlook, index: number, server: string): Way {
  const [least, most] = (['least', 'most'] as const).map((extent) => {
    const { servers } = meaningAt(course, index, extent);
    return wayOfServer(servers.find((each) => each.server === server));
  });
  if (least === undefined || most === undefined) return 'unchanged';
  const turn = course.turns[index];
  const isOut = turn !== undefined && turn.servers.includes(server) && takesOut(turn.step);
  if (most === 'in_turn' && isOut) return 'varies';
  return least === most || least === 'unchanged' ? most : 'varies';
}

function wayOfServer(meaning: ServerMeaning | undefined): Way {
  switch (meaning?.fate) {
    case 'undone':
      return meaning.pace;
    case 'kept':
    case 'deployed':
      return meaning.fate;
    default:
      return 'unchanged';
  }
}

const FIXED: Readonly<Record<'unchanged' | 'kept' | 'deployed', Localized>> = {
  unchanged: { zh: '直接终止，无需回滚', en: 'the run ends; nothing to roll back' },
  kept: {
    zh: '直接终止，不回滚：服务器停在当时的状态',
    en: 'the run ends without a rollback: servers stay as they are then',
  },
  deployed: {
    zh: '部署已成功，只警告，不回滚',
    en: 'the deployment has succeeded: a warning, no rollback',
  },
};

const NOTHING: Localized = { zh: '', en: '' };

const BACK: Readonly<Record<Exclude<RollbackPolicy, 'terminate'>, Localized>> = {
  restore: { zh: '恢复旧版本', en: 'the old version is restored' },
  switch_back: { zh: '切换回旧版本', en: 'switched back' },
};

function textOf(outlook: Outlook, index: number, way: Way): Localized {
  return withCommands(
    serversText(outlook, index, way),
    way,
    meaningAt(outlook.course, index, 'most'),
  );
}

function serversText(outlook: Outlook, index: number, way: Way): Localized {
  if (way === 'unchanged' || way === 'kept' || way === 'deployed') return FIXED[way];
  const { step, servers } = turnAt(outlook, index);
  const policy = policyOf(outlook.course.plan, step.number);
  const named = policy === 'switch_back' ? policy : 'restore';
  if (way === 'at_once') return joined(BACK[named], atOnce(outlook, named, servers.length));
  return joined(BACK[named], way === 'in_turn' ? inTurn(outlook) : mixed(outlook));
}

function joined(back: Localized, how: Localized): Localized {
  return { zh: `${back.zh}${how.zh}`, en: `${back.en}${how.en}` };
}

/** How servers that take no traffic are put back, as the end of a sentence. */
function atOnce(
  { course, poolSize }: Outlook,
  policy: keyof typeof BACK,
  servers: number,
): Localized {
  if (course.hasPool && poolSize === null) return NOTHING;
  if (course.hasPool && servers < (poolSize ?? 0)) {
    return {
      zh: '；其他已挂载的服务器继续服务',
      en: '; the other servers in the pool keep serving',
    };
  }
  if (!course.hasPool || policy === 'restore') {
    return { zh: '，所有服务器同时进行', en: ' on all servers at once' };
  }
  return {
    zh: '：没有已挂载的服务器，因此全部同时进行，健康后立即挂载',
    en: ': the pool is empty, so all servers at once, each back into the pool as soon as it is healthy',
  };
}

/** The same of servers in the pool. */
function inTurn({ kept, poolSize }: Outlook): Localized {
  if (kept > 0) {
    return {
      zh: `：逐台或几台同时进行，至少 ${kept} 台保持挂载`,
      en: ` one or more at a time, with at least ${kept} left in the pool`,
    };
  }
  if (poolSize === 1) return NOTHING;
  return { zh: '：逐台进行，服务保持可用', en: ' one at a time, so the service stays available' };
}

/** The same where some are in the pool and some are not. */
function mixed({ kept, poolSize }: Outlook): Localized {
  if (kept > 0) {
    return {
      zh: `：已挂载的逐台或几台同时进行，至少 ${kept} 台保持挂载，其余同时进行`,
      en: `: servers in the pool one or more at a time, with at least ${kept} left in it, the others at once`,
    };
  }
  if (poolSize === 1) return NOTHING;
  return {
    zh: '：已挂载的逐台进行，其余同时进行，服务保持可用',
    en: ': servers in the pool one at a time, the others at once, so the service stays available',
  };
}

function laterText(outlook: Outlook, way: Way): Localized {
  if (way === 'kept') return { zh: '保持当时的状态，不回滚', en: 'kept as they are, no rollback' };
  if (way === 'unchanged' || way === 'deployed') return FIXED[way];
  const back = { zh: '已挂载，切换回旧版本', en: 'already in the pool, switched back' };
  return joined(back, way === 'at_once' ? NOTHING : inTurn(outlook));
}

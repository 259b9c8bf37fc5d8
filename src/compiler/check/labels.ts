/** What a label may stand on, and what may stand after it. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { StepKind } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import type { Part } from '../parse/document.ts';
import type { Item, Words } from '../parse/items.ts';
import { checkList, checkProse } from '../parse/stray.ts';
import { isRollingLabel, isValueLabel, LABELS, type LabelName, wordOf } from '../parse/words.ts';

/** Labels that a step of each kind may have; any may have a description, skip rules and notes. */
const ALLOWED: Readonly<Record<StepKind, readonly LabelName[]>> = {
  action: ['tasks', 'criteria', 'notification', 'onFailure'],
  parallel: ['parallelTasks', 'tasks', 'criteria', 'notification', 'onFailure'],
  condition: ['branches'],
  approval: ['configuration', 'approvers'],
};
const ANYWHERE: readonly LabelName[] = ['description', 'skip', 'note'];

/** The words that say what [parallel] means; other text under a label is prose. */
const FOR_EACH = /^(?:对每个|对每台|对于每个|for each|on each|for every)\s*(?:server|服务器)/iu;

export function checkLabel(context: Context, kind: StepKind, part: Part): void {
  const { label, name, rest } = part;
  for (const text of part.texts) {
    if (kind !== 'parallel' || !FOR_EACH.test(text.text)) continue;
    claim(context, text.start, 'setting', {
      zh: '以下动作在每台服务器上依次执行，各服务器（有批次时，同一批的）同时进行',
      en: 'the actions below run one after the other on each server, all servers (with batches: those of a batch) at once',
    });
  }
  checkItems(context, part);
  // Those say which steps run batch by batch: that is judged when all steps are known.
  if (isRollingLabel(label)) return;
  if (label === 'onFailure') {
    // What it says is read when all steps are known.
    if (!ALLOWED[kind].includes(label)) refuse(context, kind, part);
    return;
  }
  const isProse = label === 'description' || label === 'note';
  claim(context, name.start, isProse ? 'prose' : 'label', {
    zh: isProse ? '不执行任何操作' : `标签「${wordOf(LABELS[label], 'zh')}」`,
    en: isProse ? 'runs nothing' : `label "${wordOf(LABELS[label], 'en')}"`,
  });
  if (!ANYWHERE.includes(label) && !ALLOWED[kind].includes(label)) refuse(context, kind, part);
  if (isProse || rest.text === '') return;
  report(
    context,
    rest,
    diagnose('BAD_FIELD', 'notAList', { label: name.text, text: rest.text }, { actual: rest.text }),
  );
}

/** Prose, one block, one value, or a list in which every line is read. */
function checkItems(context: Context, { label, name, rest, items }: Part): void {
  if (label === 'description' || label === 'note') return checkProse(context, items);
  if (label === 'branches') return checkBlock(context, name, items);
  // What a value is written as, if not after its label, is said when all steps are known.
  if (isValueLabel(label)) return checkList(context, name, items.filter(isLine));
  checkList(context, name, items);
  if (items.length === 0 && rest.text === '') {
    report(context, name, diagnose('UNREAD_LINE', 'noList', { label: name.text }));
  }
}

/** One block is read; bullets and further blocks beside it are not. */
function checkBlock(context: Context, name: Words, items: readonly Item[]): void {
  const first = items.find(({ kind }) => kind === 'fence');
  for (const item of items) {
    if (item.kind === 'fence' && item !== first) {
      report(context, item.content, diagnose('UNREAD_LINE', 'secondBlock', {}));
    }
    if (item.kind === 'bullet') {
      report(context, item.words, diagnose('UNREAD_LINE', 'besideBlock', { label: name.text }));
    }
  }
  checkProse(context, items);
}

function isLine({ kind }: Item): boolean {
  return kind === 'text' || kind === 'heading';
}

function refuse(context: Context, kind: StepKind, { name }: Part): void {
  const known = [...ALLOWED[kind], ...ANYWHERE].map((each) => ({
    zh: wordOf(LABELS[each], 'zh'),
    en: wordOf(LABELS[each], 'en'),
  }));
  report(context, name, diagnose('UNKNOWN_LABEL', 'otherKind', { kind, label: name.text, known }));
}

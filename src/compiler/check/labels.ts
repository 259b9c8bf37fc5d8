/** What a label may stand on, and what may stand after it. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { StepKind } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import type { Part } from '../parse/document.ts';
import { isRollingLabel, LABELS, type LabelName, wordOf } from '../parse/words.ts';

/** Labels that a step of each kind may have; any may have a description, skip rules and notes. */
const ALLOWED: Readonly<Record<StepKind, readonly LabelName[]>> = {
  action: ['tasks', 'criteria', 'notification'],
  parallel: ['parallelTasks', 'tasks', 'criteria', 'notification'],
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
  // Those say which steps run batch by batch: that is judged when all steps are known.
  if (isRollingLabel(label)) return;
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

function refuse(context: Context, kind: StepKind, { name }: Part): void {
  const known = [...ALLOWED[kind], ...ANYWHERE].map((each) => ({
    zh: wordOf(LABELS[each], 'zh'),
    en: wordOf(LABELS[each], 'en'),
  }));
  report(context, name, diagnose('UNKNOWN_LABEL', 'otherKind', { kind, label: name.text, known }));
}

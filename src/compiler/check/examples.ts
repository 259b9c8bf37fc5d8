/** `## 使用示例`: each fenced example must be a run request that this template could take. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import type { Fence, Words } from '../parse/items.ts';
import { readRolling } from '../parse/rolling.ts';
import { rollingLabelOf } from '../request/rolling-names.ts';
import { parseTextRequest, type TextParameter, type TextRequest } from '../request/text.ts';
import { readTextValue } from '../request/values.ts';
import { rollingGroup } from '../rolling-group.ts';
import { knownPhrases, readTaskPhrase, withoutBracket } from '../task-phrase.ts';
import type { Names } from './names.ts';

export function checkExamples(
  context: Context,
  document: Document,
  names: Names,
  steps: readonly PlanStep[],
): void {
  const section = document.sections.get('examples');
  if (section === undefined) return;
  for (const item of section.items) {
    if (item.kind === 'heading') {
      claim(context, item.words.start, 'heading', { zh: '示例标题', en: "an example's title" });
    }
    if (item.kind === 'fence') checkExample(context, names, steps, item);
  }
}

function checkExample(
  context: Context,
  names: Names,
  steps: readonly PlanStep[],
  fence: Fence,
): void {
  const { request, diagnostics } = parseTextRequest(fence.content.text, context.source.file);
  for (const each of diagnostics) reportBad(context, lineAt(fence, each.place?.line ?? 1), each);
  const asked = request.parameters.filter(
    ({ name }) => !names.parameters.has(name) && rollingLabelOf(name) !== null,
  );
  const parameters = request.parameters.filter((each) => !asked.includes(each));
  checkValues(context, names, fence, parameters);
  checkBatches(context, steps, fence, [...asked, ...request.rolling]);
  checkChanges(context, steps, fence, request);
  for (const line of fence.lines) {
    if (line.text.trim() === '') continue;
    claim(context, line.start, 'example', {
      zh: '示例请求的一行，已验证能够读取',
      en: 'a line of an example request, checked to be readable',
    });
  }
}

function reportBad(context: Context, line: Words, problem: Diagnostic): void {
  report(context, line, { ...problem, code: 'BAD_EXAMPLE', actual: line.text.trim() });
}

/** Batches that an example asks for: readable, and of a run sheet that can roll. */
function checkBatches(
  context: Context,
  steps: readonly PlanStep[],
  fence: Fence,
  asked: readonly TextParameter[],
): void {
  for (const { name, text, place } of asked) {
    const label = rollingLabelOf(name);
    const read = label === null ? null : readRolling(label, text);
    if (read === null || read.ok) continue;
    const line = lineAt(fence, place.line);
    report(context, line, { ...read.problem, code: 'BAD_EXAMPLE', actual: text });
  }
  const [first] = asked;
  if (first === undefined) return;
  const { group, problems } = rollingGroup(steps);
  const [problem] = problems;
  if (group !== null && problem === undefined) return;
  const diagnostic: Diagnostic =
    problem === undefined
      ? diagnose('BAD_EXAMPLE', 'nothingToRoll', {}, { actual: first.text })
      : { ...problem.diagnostic, code: 'BAD_EXAMPLE' };
  report(context, lineAt(fence, first.place.line), diagnostic);
}

function checkValues(
  context: Context,
  names: Names,
  fence: Fence,
  parameters: readonly TextParameter[],
): void {
  for (const { name, text, place } of parameters) {
    const line = lineAt(fence, place.line);
    const parameter = names.parameters.get(name);
    if (parameter === undefined) {
      const near = nearest(name, [...names.parameters.keys()], 1);
      report(context, line, diagnose('BAD_EXAMPLE', 'unknownParameter', { name }, { near }));
      continue;
    }
    const read = readTextValue(text, parameter.type);
    const fits = read.ok && (parameter.enum === undefined || parameter.enum.includes(read.value));
    if (fits) continue;
    const allowed = parameter.enum?.map(String).join(' | ') ?? parameter.type;
    const value = { name, value: text, allowed };
    report(context, line, diagnose('BAD_EXAMPLE', 'badValue', value, { actual: text }));
  }
}

/** Steps that an example skips or adds to must exist; a task nobody knows yet is only a hint. */
function checkChanges(
  context: Context,
  steps: readonly PlanStep[],
  fence: Fence,
  request: TextRequest,
): void {
  for (const { step, place } of [...request.skip, ...request.add]) {
    if (steps.some((each) => each.number === step)) continue;
    const line = lineAt(fence, place.line);
    const named = { number: step, steps: steps.map((each) => each.number) };
    const actual = String(step);
    report(context, line, diagnose('BAD_EXAMPLE', 'noSuchStep', named, { actual }));
  }
  for (const { task, place } of request.add) {
    if (readTaskPhrase(task, context.vocabulary.actions) !== null) continue;
    const line = lineAt(fence, place.line);
    claim(context, line.start, 'example', {
      zh: `示例请求的一行；项目尚未定义「${task}」`,
      en: `a line of an example request; the project does not define "${task}" yet`,
    });
    const near = nearest(withoutBracket(task), knownPhrases(context.vocabulary.actions), 1);
    report(context, line, diagnose('UNKNOWN_TASK', 'inExample', { task }, { near }));
  }
}

function lineAt(fence: Fence, line: number): Words {
  const words = fence.lines[line - 1] ?? { text: '', start: fence.start, end: fence.start };
  const lead = words.text.length - words.text.trimStart().length;
  const text = words.text.trim();
  return text === ''
    ? words
    : { text, start: words.start + lead, end: words.start + lead + text.length };
}

/**
 * A run request as the template's usage examples write it, in Chinese or English:
 * `执行 deployment.md 模板`, `参数:` with `- name: value` lines, `但修改:` with skips and additions.
 */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';
import { rollingLabelOf } from './rolling-names.ts';

export interface TextRequest {
  /** The template that the text names, as written. */
  readonly template: { readonly name: string; readonly place: Place } | null;
  /** Values as written; they are read by the parameters' declared types. */
  readonly parameters: readonly TextParameter[];
  readonly skip: readonly {
    readonly step: number;
    readonly reason: string;
    readonly place: Place;
  }[];
  readonly add: readonly { readonly step: number; readonly task: string; readonly place: Place }[];
  /** Batches and what belongs to them, under 但修改. */
  readonly rolling: readonly TextParameter[];
}

export interface TextParameter {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
}

export interface ParsedText {
  readonly request: TextRequest;
  readonly diagnostics: readonly Diagnostic[];
}

const LONGEST_TEXT = 256 * 1024;
const MOST_LINES = 2000;
const MOST_DIAGNOSTICS = 50;

const TEMPLATE_ZH =
  /^(?:执行|运行|基于|使用)\s*[「“"'`]?(?<name>[^\s「」“”"'`]+)[」”"'`]?\s*(?:的\s*)?模板\s*[。.]?$/u;
const TEMPLATE_EN =
  /^(?:run|execute|based on|using)\s+(?:the\s+)?["'`“]?(?<name>[^\s"'`“”]+?)["'`”]?(?:\s+template)?[.,]?$/iu;
const PARAMETERS = /^(?:参数|parameters|with parameters)\s*:$/iu;
const CHANGES =
  /^(?:但修改|修改|覆盖|但覆盖|with changes|changes|but change|with these changes|overrides)\s*:$/iu;
const SKIP_ZH = /^跳过\s*步骤\s*(?<step>\d{1,4})\s*(?<rest>.*)$/u;
const SKIP_EN = /^skip\s+step\s+(?<step>\d{1,4})\s*(?<rest>.*)$/iu;
const ADD_ZH =
  /^(?:在\s*)?步骤\s*(?<step>\d{1,4})\s*(?:中)?\s*(?:增加|添加|加入|新增)\s*:?\s*(?<task>.*)$/u;
const ADD_EN =
  /^(?:step\s+(?<step>\d{1,4})\s*:?\s+adds?|add\s+to\s+step\s+(?<other>\d{1,4}))\s*:?\s+(?<task>.*)$/iu;
const PARAMETER = /^(?<name>[\p{L}_][\p{L}\p{N}_.-]{0,63})\s*[:=]\s*(?<value>.*)$/u;

/** Whether a text is meant as a request in this form, rather than JSON or a path. */
export function looksLikeTextRequest(text: string): boolean {
  const first = text.split(/\r?\n/u).find((line) => line.trim() !== '');
  return first !== undefined && templateOf(narrow(first.trim())) !== null;
}

/** Reads a request in text form. Never throws; every line that it cannot read is a diagnostic. */
export function parseTextRequest(text: string, file = 'request'): ParsedText {
  const diagnostics: Diagnostic[] = [];
  const parameters: TextParameter[] = [];
  const skip: TextRequest['skip'][number][] = [];
  const add: TextRequest['add'][number][] = [];
  const rolling: TextParameter[] = [];
  let template: TextRequest['template'] = null;
  let section: 'none' | 'parameters' | 'changes' = 'none';
  const lines = text.split(/\r\n|\r|\n/u);
  if (text.length > LONGEST_TEXT || lines.length > MOST_LINES) {
    const place = { file, line: 1, column: 1 };
    return {
      request: { template, parameters, skip, add, rolling },
      diagnostics: [diagnose('TOO_LARGE', 'request', {}, { place })],
    };
  }
  for (const [index, raw] of lines.entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('```')) continue;
    const place = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    const refuse = (problem: Diagnostic): void => {
      if (diagnostics.length >= MOST_DIAGNOSTICS) return;
      diagnostics.push({ ...problem, place, excerpt: raw.slice(0, 400) });
    };
    const item = /^[-*•]\s*(.*)$/u.exec(trimmed);
    if (item === null) {
      const line = narrow(trimmed);
      const name = templateOf(line);
      if (PARAMETERS.test(line)) section = 'parameters';
      else if (CHANGES.test(line)) section = 'changes';
      else if (name === null) refuse(diagnose('BAD_REQUEST', 'unreadableLine', {}));
      else if (template !== null) refuse(diagnose('BAD_REQUEST', 'twoTemplates', {}));
      else template = { name, place };
      continue;
    }
    const entry = item[1] ?? '';
    if (section === 'parameters') {
      const parameter = readParameter(entry);
      if (parameter === null) refuse(diagnose('BAD_REQUEST', 'unreadableParameter', {}));
      else parameters.push({ ...parameter, place });
    } else if (section === 'changes') {
      const change = readChange(entry);
      if (change === null) refuse(diagnose('BAD_REQUEST', 'unreadableChange', {}));
      else if (change.kind === 'rolling') rolling.push({ ...change, place });
      else if (change.kind === 'skip') skip.push({ step: change.step, reason: change.text, place });
      else add.push({ step: change.step, task: change.text, place });
    } else refuse(diagnose('BAD_REQUEST', 'looseItem', {}));
  }
  return { request: { template, parameters, skip, add, rolling }, diagnostics };
}

/** Full-width letters, colons, brackets and the like as their ASCII forms; Chinese text stays. */
function narrow(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/gu, (char) =>
      String.fromCodePoint((char.codePointAt(0) ?? 0) - 0xfee0),
    )
    .replaceAll('\u3000', ' ');
}

function templateOf(line: string): string | null {
  const found = TEMPLATE_ZH.exec(line) ?? TEMPLATE_EN.exec(line);
  return found?.groups?.['name'] ?? null;
}

/** The name's colon may be full-width; the value stays exactly as written, so look-alikes can be refused. */
function readParameter(entry: string): { name: string; text: string } | null {
  const found = PARAMETER.exec(entry.replace(/^([^:：=＝]*)[：＝]/u, '$1:'));
  if (found?.groups === undefined) return readRollingEntry(entry);
  return { name: found.groups['name'] ?? '', text: (found.groups['value'] ?? '').trim() };
}

/** `批次: 1`, `Batch pause: 1m`: a setting of the batches, whose name may hold spaces. */
function readRollingEntry(entry: string): { name: string; text: string } | null {
  const at = entry.search(/[:：=＝]/u);
  const name = entry.slice(0, Math.max(0, at)).trim();
  return rollingLabelOf(name) === null ? null : { name, text: entry.slice(at + 1).trim() };
}

type Change =
  | { readonly kind: 'skip' | 'add'; readonly step: number; readonly text: string }
  | { readonly kind: 'rolling'; readonly name: string; readonly text: string };

function readChange(entry: string): Change | null {
  const rolling = readRollingEntry(entry);
  if (rolling !== null) return { kind: 'rolling', ...rolling };
  const line = narrow(entry.trim());
  const skipped = SKIP_ZH.exec(line) ?? SKIP_EN.exec(line);
  if (skipped?.groups !== undefined) {
    const reason = reasonOf(skipped.groups['rest'] ?? '');
    return { kind: 'skip', step: Number(skipped.groups['step']), text: reason };
  }
  const added = ADD_ZH.exec(line) ?? ADD_EN.exec(line);
  if (added?.groups === undefined) return null;
  const task = (added.groups['task'] ?? '').replace(/[。.;；]\s*$/u, '').trim();
  if (task === '') return null;
  return { kind: 'add', step: Number(added.groups['step'] ?? added.groups['other']), text: task };
}

/** `（代码检查已在CI完成）`, `(done in CI)`, `: done in CI`, `因为…`; none: an empty text, refused later. */
function reasonOf(rest: string): string {
  const bracketed = /^\((?<reason>.*)\)\s*[。.]?$/u.exec(rest.trim());
  if (bracketed?.groups !== undefined) return (bracketed.groups['reason'] ?? '').trim();
  return rest.replace(/^[\s:,，、-]*(?:因为|原因:?|because)?\s*/iu, '').trim();
}

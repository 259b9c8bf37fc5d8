/** The workflow's arguments as they came, brought into one shape: parameters, overrides, who, which plan. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Json } from '../../plan/plan.ts';
import type { HeldLockRule } from '../../plan/run.ts';
import { nearest } from '../nearest.ts';
import { ROLLING_KEYS, rollingLabelOf } from './rolling-names.ts';
import { parseTextRequest } from './text.ts';

export interface RawRequest {
  readonly template: string | null;
  readonly parameters: ReadonlyMap<string, RawValue>;
  readonly skip: readonly { readonly step: number; readonly reason: string }[];
  readonly add: readonly { readonly step: number; readonly task: string }[];
  /** What overrides and 但修改 say of batches, by the names that they use. */
  readonly rolling: readonly (readonly [name: string, value: RawValue])[];
  readonly requestedBy: string | null;
  readonly planDigest: string | null;
  readonly language: 'zh' | 'en' | null;
  /** null: it does not say. */
  readonly lock: HeldLockRule | null;
  readonly onCall: boolean;
  readonly supersede: boolean;
}

/** text: read by the parameter's declared type; json: must already be of it. */
export type RawValue =
  | { readonly from: 'json'; readonly value: Json }
  | { readonly from: 'text'; readonly value: string };

interface Draft {
  template: string | null;
  readonly parameters: Map<string, RawValue>;
  readonly skip: { step: number; reason: string }[];
  readonly add: { step: number; task: string }[];
  readonly rolling: [name: string, value: RawValue][];
  requestedBy: string | null;
  planDigest: string | null;
  language: 'zh' | 'en' | null;
  lock: HeldLockRule | null;
  onCall: boolean;
  supersede: boolean;
}

type Add = (diagnostic: Diagnostic) => void;

const MOST_INPUTS = 4;
const MOST_OVERRIDES = 200;
/** Who may approve is the template's and the project's to say, never a request's. */
const POLICY_KEYS = [
  'approvers',
  'approval',
  'approval_policy',
  'quorum',
  'roles',
  'people',
  'allow_self',
  '审批人员',
  '审批方式',
];
const OVERRIDE_KEYS = ['skip', 'add', 'requested_by', 'lock', 'on_call', 'supersede'];

/** Reads every input; a later one adds to an earlier one, and neither may contradict the other. */
export function readInputs(inputs: readonly Json[]): {
  raw: RawRequest;
  diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const add: Add = (diagnostic) => diagnostics.push(diagnostic);
  const draft: Draft = {
    template: null,
    parameters: new Map(),
    skip: [],
    add: [],
    rolling: [],
    requestedBy: null,
    planDigest: null,
    language: null,
    lock: null,
    onCall: false,
    supersede: false,
  };
  if (inputs.length === 0) add(diagnose('BAD_REQUEST', 'noInput', {}));
  if (inputs.length > MOST_INPUTS)
    add(diagnose('BAD_REQUEST', 'tooManyInputs', { limit: MOST_INPUTS }));
  for (const input of inputs.slice(0, MOST_INPUTS)) {
    if (typeof input === 'string') readText(draft, input, add);
    else if (isObject(input)) readObject(draft, input, add);
    else add(diagnose('BAD_REQUEST', 'inputKind', {}));
  }
  return { raw: draft, diagnostics };
}

function readText(draft: Draft, text: string, add: Add): void {
  const parsed = parseTextRequest(text);
  for (const each of parsed.diagnostics) add(each);
  draft.template = parsed.request.template?.name ?? draft.template;
  for (const { name, text: value, place } of parsed.request.parameters) {
    if (draft.parameters.has(name))
      add(diagnose('BAD_REQUEST', 'parameterTwice', { name }, { place }));
    draft.parameters.set(name, { from: 'text', value });
  }
  draft.skip.push(...parsed.request.skip.map(({ step, reason }) => ({ step, reason })));
  draft.add.push(...parsed.request.add.map(({ step, task }) => ({ step, task })));
  for (const { name, text: value } of parsed.request.rolling)
    draft.rolling.push([name, { from: 'text', value }]);
}

function readObject(draft: Draft, input: Readonly<Record<string, Json>>, add: Add): void {
  for (const [key, value] of Object.entries(input)) {
    if (POLICY_KEYS.includes(key)) refusePolicy(key, add);
    else if (key === 'overrides') readOverrides(draft, value, add);
    else if (key === 'requested_by') draft.requestedBy = readName(value, draft.requestedBy, add);
    else if (key === 'plan_digest') draft.planDigest = readDigest(value, add);
    else if (key === 'language') {
      if (value === 'zh' || value === 'en') draft.language = value;
      else add(diagnose('BAD_REQUEST', 'language', {}));
    } else if (draft.parameters.has(key)) {
      add(diagnose('BAD_REQUEST', 'parameterTwice', { name: show(key) }));
    } else draft.parameters.set(key, { from: 'json', value });
  }
}

function refusePolicy(key: string, add: Add): void {
  add(diagnose('UNTRUSTED_POLICY', 'key', { key }));
}

function readOverrides(draft: Draft, value: Json, add: Add): void {
  if (!isObject(value)) {
    add(diagnose('BAD_REQUEST', 'overridesKind', {}));
    return;
  }
  for (const [key, entry] of Object.entries(value)) {
    if (POLICY_KEYS.includes(key)) refusePolicy(`overrides.${key}`, add);
    else if (key === 'requested_by') draft.requestedBy = readName(entry, draft.requestedBy, add);
    else if (key === 'skip')
      draft.skip.push(
        ...readList(entry, 'skip', 'reason', add).map(({ step, text }) => ({ step, reason: text })),
      );
    else if (key === 'add')
      draft.add.push(
        ...readList(entry, 'add', 'task', add).map(({ step, text }) => ({ step, task: text })),
      );
    else if (key === 'lock') draft.lock = readLock(entry, draft.lock, add);
    else if (key === 'on_call') draft.onCall = readFlag(key, entry, add);
    else if (key === 'supersede') draft.supersede = readFlag(key, entry, add);
    else if (rollingLabelOf(key) !== null)
      draft.rolling.push([key, { from: 'json', value: entry }]);
    else {
      const near = nearest(key, [...OVERRIDE_KEYS, ...ROLLING_KEYS], 1);
      add(diagnose('BAD_REQUEST', 'overridesKey', { key: show(key) }, { near }));
    }
  }
}

function readList(
  value: Json,
  list: string,
  field: string,
  add: Add,
): { step: number; text: string }[] {
  if (!Array.isArray(value) || value.length > MOST_OVERRIDES) {
    add(diagnose('BAD_REQUEST', 'overridesList', { list }));
    return [];
  }
  return value.flatMap((entry: Json) => {
    const step = isObject(entry) ? entry['step'] : undefined;
    const text = isObject(entry) ? (entry[field] ?? '') : undefined;
    if (typeof step === 'number' && Number.isInteger(step) && typeof text === 'string')
      return [{ step, text: text.trim() }];
    add(diagnose('BAD_REQUEST', 'overridesItem', { list, field }));
    return [];
  });
}

function readName(value: Json, former: string | null, add: Add): string | null {
  const isName = typeof value === 'string' && value.length <= 200 && isPlainLine(value);
  if (isName && value.trim() !== '') return value.trim();
  add(diagnose('BAD_REQUEST', 'requestedBy', {}));
  return former;
}

function readLock(value: Json, former: HeldLockRule | null, add: Add): HeldLockRule | null {
  if (value === 'wait' || value === 'refuse') return value;
  add(diagnose('BAD_REQUEST', 'lock', { value: show(value) }));
  return former;
}

function readFlag(key: string, value: Json, add: Add): boolean {
  if (typeof value === 'boolean') return value;
  add(diagnose('BAD_REQUEST', 'flag', { key, value: show(value) }));
  return false;
}

function readDigest(value: Json, add: Add): string | null {
  if (typeof value === 'string' && /^sha256:[0-9a-f]{64}$/u.test(value)) return value;
  add(diagnose('BAD_REQUEST', 'planDigest', {}));
  return null;
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One line without control characters, and without what turns the direction or takes no room. */
export function isPlainLine(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}

/** A key or value that somebody typed, cut and escaped for a message. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text
    .slice(0, 120)
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

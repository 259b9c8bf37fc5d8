/** Finds the template of an id among the run sheets there are. Pure. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ParameterDefinition, Plan } from '../../plan/plan.ts';
import { nearest } from '../nearest.ts';
import { show } from './inputs.ts';

export interface TemplateSource {
  readonly file: string;
  readonly origin: 'project' | 'package';
  readonly bytes: Uint8Array;
}

export interface CompiledTemplate {
  /** null where the template has errors. */
  readonly plan: Plan | null;
  /** What a request can be held against where the template is wrong elsewhere; null: not known. */
  readonly parameters: readonly ParameterDefinition[] | null;
  readonly digest: string;
  readonly diagnostics: readonly Diagnostic[];
}

export type CompileTemplate = (source: TemplateSource) => CompiledTemplate;

export interface FoundTemplate {
  readonly plan: Plan | null;
  readonly parameters: readonly ParameterDefinition[] | null;
  readonly digest: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file of this id, its translations too. */
  readonly files: readonly string[];
}

export interface TemplateChoice {
  /** The language that people asked for; null: the template's own. */
  readonly language: 'zh' | 'en' | null;
  /** The file that the request's text names; it wins over nothing else said. */
  readonly named: string | null;
}

/** The id that a template's metadata claims, read without compiling it; null: none. */
export function templateIdOf(source: TemplateSource): string | null {
  const text = new TextDecoder().decode(source.bytes.subarray(0, 65_536));
  return /^\s*template_id\s*:\s*["']?([^\s"'#]+)/mu.exec(text)?.[1] ?? null;
}

/** The variant that fits best. Files of one id are translations, and must mean the same. */
export function findTemplate(
  templateId: string,
  sources: readonly TemplateSource[],
  compile: CompileTemplate,
  choice: TemplateChoice,
): FoundTemplate {
  const matching = sources.filter((source) => templateIdOf(source) === templateId);
  const own = matching.filter((source) => source.origin === 'project');
  const variants = own.length > 0 ? own : matching;
  if (variants.length === 0) return nothing([], [unknown(templateId, sources)]);
  const compiled = variants.map((source) => ({ source, ...compile(source) }));
  const files = variants.map((source) => source.file);
  const broken = compiled.filter((each) => each.plan === null);
  if (broken.length > 0) {
    const { parameters = null } = compiled[0] ?? {};
    return {
      ...nothing(
        files,
        broken.flatMap((each) => each.diagnostics),
      ),
      parameters,
    };
  }
  const contradiction = contradictionOf(templateId, compiled);
  if (contradiction !== null) return nothing(files, [contradiction]);
  const base = choice.named?.split('/').at(-1);
  const best =
    compiled.find(
      (each) => choice.language !== null && each.plan?.presentation.language === choice.language,
    ) ??
    compiled.find((each) => each.source.file === base) ??
    // `deployment.md` before `deployment.en.md`: the shortest name is the original's.
    [...compiled].sort((a, b) => a.source.file.length - b.source.file.length)[0];
  return {
    plan: best?.plan ?? null,
    parameters: best?.parameters ?? null,
    digest: best?.digest ?? '',
    files,
    diagnostics: best?.diagnostics ?? [],
  };
}

function nothing(files: readonly string[], diagnostics: readonly Diagnostic[]): FoundTemplate {
  return { plan: null, parameters: null, digest: '', files, diagnostics };
}

function contradictionOf(
  templateId: string,
  compiled: readonly {
    readonly source: TemplateSource;
    readonly plan: Plan | null;
    readonly digest: string;
  }[],
): Diagnostic | null {
  const [first, ...others] = compiled;
  for (const other of others) {
    const sameLanguage = compiled.some(
      (each) =>
        each !== other && each.plan?.presentation.language === other.plan?.presentation.language,
    );
    if (first === undefined || (other.digest === first.digest && !sameLanguage)) continue;
    const variant = sameLanguage ? 'sameLanguage' : 'otherMeaning';
    const named = { id: templateId, files: [first.source.file, other.source.file] };
    const place = { file: other.source.file, line: 1, column: 1 };
    return diagnose('DUPLICATE_TEMPLATE', variant, named, { place });
  }
  return null;
}

function unknown(templateId: string, sources: readonly TemplateSource[]): Diagnostic {
  const known = [...new Set(sources.map(templateIdOf).filter((id) => id !== null))];
  const near = nearest(templateId, known, 1);
  const id = show(templateId);
  return known.length === 0
    ? diagnose('UNKNOWN_TEMPLATE', 'noneAtAll', { id }, { actual: id })
    : diagnose('UNKNOWN_TEMPLATE', 'none', { id, known }, { near, actual: id });
}

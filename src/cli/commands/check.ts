import { open, stat } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { Command } from 'commander';
import {
  type CompileResult,
  compileTemplate,
  explanationToJson,
  planDigest,
  renderExplanation,
  type Vocabulary,
} from '../../compiler/index.ts';
import { findTemplate, templateIdOf } from '../../compiler/request/library.ts';
import { largeEnvironments } from '../../compiler/request/run-limits.ts';
import { loadProject } from '../../config/load-project.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { readTemplateFiles, type TemplateFile } from '../../config/template-files.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import { diagnosticsToJson, renderDiagnostics } from '../../diagnostics/render.ts';
import {
  badInput,
  CommandError,
  type CommonOptions,
  compilerFor,
  environmentHere,
  paintFor,
  print,
  projectFolder,
  refuse,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { countedZh } from '../view/counted.ts';

interface CheckOptions extends CommonOptions {
  readonly explain?: boolean;
}

interface Checked extends CompileResult {
  readonly file: string;
}

/** One byte more than the compiler accepts: a larger file is refused, not read whole. */
const MOST_BYTES = 1024 * 1024 + 1;
/** These depend on runsheet.yaml, which could not be read. */
const PROJECT_WORDS: ReadonlySet<string> = new Set([
  'UNKNOWN_PHRASE',
  'UNKNOWN_ROLE',
  'CHANNEL_NOT_CONFIGURED',
]);

export function checkCommand(say: Say): Command {
  const command = new Command('check')
    .description(
      say({
        zh: '检查操作单，一次列出所有问题',
        en: 'Check run sheets and list every problem at once',
      }),
    )
    .argument(
      '<run-sheet...>',
      say({ zh: 'Markdown 文件，或 template_id', en: 'Markdown file, or template_id' }),
    )
    .option('--explain', say({ zh: '逐行说明含义', en: 'explain what each line means' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(check);
  return withExamples(
    command,
    say,
    'runsheet check templates/deployment.md',
    'runsheet check templates/*.md',
    'runsheet check templates/deployment.md --explain',
  );
}

async function check(files: readonly string[], options: CheckOptions): Promise<void> {
  const folder = projectFolder();
  const { project, vocabulary, diagnostics } = await loadProject(folder, environmentHere());
  const problems = diagnostics.filter((each) => each.code !== 'NO_PROJECT_FILE');
  const isUnread = problems.length > 0 && vocabulary === null;
  const checked: Checked[] = [];
  for (const file of files)
    checked.push(await checkOne(file, folder, { project, vocabulary, isUnread }, options));
  if (options.json === true) print(toJson(checked, problems, options));
  else {
    if (problems.length > 0)
      print(`${renderDiagnostics(problems, languageOf(options), paintFor(process.stdout))}\n`);
    for (const each of checked) print(toText(each, options));
  }
  const isWrong = problems.length > 0 || checked.some((each) => each.plan === null);
  if (isWrong) throw new CommandError('', EXIT.badInput);
}

async function checkOne(
  file: string,
  folder: string,
  { project, vocabulary, isUnread }: ProjectWords,
  options: CheckOptions,
): Promise<Checked> {
  const found = await readTemplate(file, folder, vocabulary, options);
  const result = compileTemplate({
    ...found,
    ...(vocabulary !== null && { vocabulary }),
  });
  if (!isUnread) {
    const diagnostics = [...result.diagnostics, ...tooLarge(result, project)];
    return { file: found.file, ...result, diagnostics };
  }
  const sure = result.diagnostics.filter((each) => !PROJECT_WORDS.has(each.code));
  return { file: found.file, ...result, diagnostics: sure };
}

/** A run has parameters and batches of its own, and may have fewer servers: hence warnings. */
function tooLarge({ plan }: CompileResult, project: ProjectFile | null): readonly Diagnostic[] {
  if (plan === null || project === null) return [];
  const { settings, environments } = project;
  const servers = Object.entries(environments).map(([name, each]) => [name, each.servers] as const);
  return largeEnvironments(
    { plan, settings, parameters: {}, overrides: { skip: [], add: [] } },
    Object.fromEntries(servers),
  );
}

interface ProjectWords {
  readonly project: ProjectFile | null;
  readonly vocabulary: Vocabulary | null;
  /** There is a runsheet.yaml, and its words cannot be told. */
  readonly isUnread: boolean;
}

/** A path, or the id or name of a run sheet that the project can start. */
async function readTemplate(
  file: string,
  folder: string,
  vocabulary: Vocabulary | null,
  options: CheckOptions,
): Promise<{ file: string; bytes: Uint8Array }> {
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true) {
    throw refuse(
      {
        zh: `${file} 是文件夹，不是操作单\n下一步：runsheet check ${file.replace(/\/$/u, '')}/*.md`,
        en: `${file} is a folder, not a run sheet\nnext: runsheet check ${file.replace(/\/$/u, '')}/*.md`,
      },
      options,
    );
  }
  if (found !== null) {
    const bytes = await readBytes(file).catch(() => null);
    if (bytes === null)
      throw refuse({ zh: `无法读取文件 ${file}`, en: `cannot read the file ${file}` }, options);
    return { file: relative(process.cwd(), resolve(file)) || file, bytes };
  }
  return knownTemplate(file, await readTemplateFiles(folder), vocabulary, options);
}

function knownTemplate(
  name: string,
  templates: readonly TemplateFile[],
  vocabulary: Vocabulary | null,
  options: CheckOptions,
): { file: string; bytes: Uint8Array } {
  const isPath = name.includes('/') || name.includes('\\');
  const known = isPath
    ? undefined
    : templates.find(
        (each) => each.file === name || each.file === `${name}.md` || templateIdOf(each) === name,
      );
  if (known !== undefined) return { file: known.file, bytes: known.bytes };
  if (isPath || name.endsWith('.md')) {
    const names = templates.map((each) => each.file).join(', ');
    throw refuse(
      {
        zh: `没有文件 ${name}\n现有的操作单：${names || '-'}`,
        en: `there is no file ${name}\navailable run sheets: ${names || '-'}`,
      },
      options,
    );
  }
  const { diagnostics } = findTemplate(basename(name), templates, compilerFor(vocabulary), {
    language: null,
    named: null,
  });
  throw badInput(diagnostics, options);
}

async function readBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, MOST_BYTES - length);
      length += bytesRead;
      if (bytesRead === 0 || length === MOST_BYTES) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

function toText({ file, plan, diagnostics, explanation }: Checked, options: CheckOptions): string {
  const language = languageOf(options, plan?.presentation.language ?? 'en');
  const say = sayIn(language);
  const parts: string[] = [];
  if (options.explain === true) parts.push(renderExplanation(explanation, language));
  if (diagnostics.length > 0)
    parts.push(`${renderDiagnostics(diagnostics, language, paintFor(process.stdout))}\n`);
  if (plan !== null) {
    const steps = plan.steps.length;
    const counted = say({ zh: countedZh(steps, '个步骤'), en: countedEn(steps, 'step') });
    parts.push(`✓ ${file}: ${counted}, ${planDigest(plan)}`);
  } else {
    parts.push(`✗ ${file}: ${say(whyNot(diagnostics))}`);
  }
  return parts.join('\n');
}

/** Nothing but words that runsheet.yaml would have: whether they are right, nobody can tell. */
function whyNot(diagnostics: readonly Diagnostic[]): Localized {
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  if (errors > 0) return { zh: countedZh(errors, '个错误'), en: countedEn(errors, 'error') };
  return {
    zh: '修正 runsheet.yaml 后才能判断',
    en: 'cannot be judged before runsheet.yaml is right',
  };
}

/** An array of files, in the order in which they were given. */
function toJson(
  checked: readonly Checked[],
  problems: readonly Diagnostic[],
  options: CheckOptions,
): string {
  const files = checked.map(({ file, plan, diagnostics, explanation }) => {
    const explained =
      options.explain === true ? `,"explanation":${explanationToJson(explanation)}` : '';
    const digest = plan === null ? null : planDigest(plan);
    return `{"file":${JSON.stringify(file)},"digest":${JSON.stringify(digest)},"diagnostics":${diagnosticsToJson(diagnostics)}${explained}}`;
  });
  return `{"project":${diagnosticsToJson(problems)},"files":[${files.join(',')}]}`;
}

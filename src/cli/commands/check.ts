import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Command } from 'commander';
import { compileTemplate, explanationToJson, planDigest, renderExplanation } from '../../compiler/index.ts';
import { loadProject } from '../../config/load-project.ts';
import { vocabularyOf } from '../../config/vocabulary.ts';
import { diagnosticsToJson, renderDiagnostics } from '../../diagnostics/render.ts';
import { type CommonOptions, CommandError, environmentHere, languageOf, badInput, print, projectFolder, refuse } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('检查模板 · Check a run sheet: every problem at once')
    .argument('<template>', 'Markdown file')
    .option('--explain', 'what each line became')
    .option('--json', 'as JSON')
    .option('--lang <language>', 'zh or en')
    .addHelpText('after', '\nExamples:\n  runsheet check templates/deployment.md\n  runsheet check templates/deployment.md --explain')
    .action(check);
}

async function check(file: string, options: CommonOptions & { explain?: boolean }): Promise<void> {
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) throw refuse({ zh: `读不到文件 ${file}`, en: `cannot read the file ${file}` }, options);
  const { project, diagnostics: problems } = await loadProject(projectFolder(), environmentHere());
  const wrong = problems.filter((each) => each.code !== 'NO_PROJECT_FILE');
  if (wrong.length > 0) throw badInput(wrong, options);
  const name = relative(projectFolder(), file) || file;
  const { plan, diagnostics, explanation } = compileTemplate({
    file: name,
    bytes,
    ...(project !== null && { vocabulary: vocabularyOf(project) }),
  });
  const language = languageOf(options, plan?.presentation.language);
  if (options.json === true) {
    const explained = options.explain === true ? `,"explanation":${explanationToJson(explanation)}` : '';
    print(`{"digest":${JSON.stringify(plan === null ? null : planDigest(plan))},"diagnostics":${diagnosticsToJson(diagnostics)}${explained}}`);
  } else {
    if (options.explain === true) print(renderExplanation(explanation, language));
    if (diagnostics.length > 0) print(renderDiagnostics(diagnostics, language));
    if (plan !== null) print(`✓ ${name}: ${plan.steps.length} ${language === 'zh' ? '个步骤' : 'steps'}, ${planDigest(plan)}`);
  }
  if (plan === null) throw new CommandError('', EXIT.badInput);
}

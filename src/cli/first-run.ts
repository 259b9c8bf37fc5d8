/** The command that would start a run in this folder, for whoever has just started everything. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type TemplateSource, templateIdOf } from '../compiler/request/library.ts';
import { resolveRun } from '../compiler/request/run.ts';
import type { LoadedProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { readTemplateFiles } from '../config/template-files.ts';
import type { Json, ParameterDefinition } from '../plan/plan.ts';
import type { ResolvedRun } from '../plan/run.ts';
import { compilerFor } from './context.ts';
import { localUser } from './request.ts';

const USUAL = 'deployment.md';
const FIRST_VERSION = 'v1.0.0';
const GIT_LIMIT_MS = 5_000;
/** Words that a shell takes as they are. */
const PLAIN = /^[\p{L}\p{N}@%+=:,./_-]+$/u;

/**
 * Of the run sheets that there are, the project's own first, the first whose request would be taken.
 * @returns a line to paste; where none would be taken, the one that says why not
 */
export async function firstRun(loaded: LoadedProject): Promise<string> {
  const { project, folder } = loaded;
  const templates = inOrder(await readTemplateFiles(folder));
  const check = `runsheet check ${quoted(`templates/${templates[0]?.file ?? USUAL}`)}`;
  if (project === null) return check;
  const version = await latestVersion(project);
  const compile = compilerFor(loaded.vocabulary);
  const requesters = requestersOf(project);
  for (const template of templates) {
    const templateId = templateIdOf(template);
    const parameters = compile(template).parameters;
    if (templateId === null || parameters === null) continue;
    for (const [environment, { servers }] of Object.entries(project.environments)) {
      const values = valuesOf(parameters, { environment, servers: [...servers], version });
      if (values === null) continue;
      for (const requester of requesters) {
        const inputs = [{ ...values, requested_by: requester }];
        const { run } = resolveRun({ templateId, inputs, templates, project, compile });
        if (run !== null && isApprovable(run, project))
          return commandOf(template.file, values, requester);
      }
    }
  }
  return check;
}

function inOrder(templates: readonly TemplateSource[]): readonly TemplateSource[] {
  const rank = ({ origin, file }: TemplateSource): number =>
    origin === 'project' ? 0 : file === USUAL ? 1 : 2;
  return [...templates].sort((a, b) => rank(a) - rank(b));
}

/** Whoever sits here; where the project does not know them, those with the fewest approvals to give first. */
function requestersOf({ people }: ProjectFile): readonly string[] {
  const byRoles = Object.entries(people).sort(([, a], [, b]) => a.roles.length - b.roles.length);
  return [localUser(), ...byRoles.map(([id]) => id)];
}

/** Whether somebody under people has a role that each approval asks for. */
function isApprovable({ plan, environment }: ResolvedRun, { people }: ProjectFile): boolean {
  const held = new Set(Object.values(people).flatMap(({ roles }) => roles));
  return plan.steps.every((step) => {
    if (step.kind !== 'approval') return true;
    const roles = step.approvers[environment] ?? Object.values(step.approvers).flat();
    return roles.some((role) => held.has(role));
  });
}

/** Values for what has to be said; null: the run sheet asks for something that nobody knows here. */
function valuesOf(
  parameters: readonly ParameterDefinition[],
  known: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> | null {
  const wanted = parameters.filter(({ name, required }) => required || Object.hasOwn(known, name));
  if (wanted.some(({ name }) => !Object.hasOwn(known, name))) return null;
  return Object.fromEntries(wanted.map(({ name }) => [name, known[name] ?? null]));
}

function commandOf(
  file: string,
  values: Readonly<Record<string, Json>>,
  requestedBy: string,
): string {
  const options = Object.entries(values).map(([name, value]) => {
    const text = `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`;
    return `-p ${quoted(text)}`;
  });
  const asked = requestedBy === localUser() ? [] : [`--requested-by ${quoted(requestedBy)}`];
  return ['runsheet run', quoted(file), ...options, ...asked].join(' ');
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The newest tag that `source.tag` matches, as a version. */
async function latestVersion({ folder, settings }: ProjectFile): Promise<string> {
  const { kind, tag } = settings.source;
  if (kind !== 'git') return FIRST_VERSION;
  const [before = '', after = ''] = tag.split('${version}');
  try {
    const argv = ['-C', folder, 'tag', '--list', '--sort=-creatordate'];
    const { stdout } = await promisify(execFile)('git', argv, { timeout: GIT_LIMIT_MS });
    const newest = stdout
      .split('\n')
      .find((name) => name !== '' && name.startsWith(before) && name.endsWith(after));
    return newest?.slice(before.length, newest.length - after.length) ?? FIRST_VERSION;
  } catch {
    return FIRST_VERSION;
  }
}

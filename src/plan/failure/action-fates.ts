/** What a failure afterwards does with each of the project's own actions, in words. */

import { commandOf } from '../../actions/questions.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { ResolvedRun } from '../run.ts';
import type { ProjectAction } from '../settings.ts';
import { courseOf } from './course.ts';

/** As the end of a line that names the action. */
export function fateOfAction({ undo, irreversible }: ProjectAction): Localized {
  if (undo !== undefined) {
    const command = undo.argv.join(' ');
    return { zh: `回滚时由它撤销：${command}`, en: `a rollback undoes it by: ${command}` };
  }
  if (irreversible === undefined)
    return { zh: '回滚时保持它所做的', en: 'a rollback leaves what it did' };
  const [zh, en] = irreversible === '' ? ['', ''] : [`（${irreversible}）`, ` (${irreversible})`];
  return {
    zh: `不可撤销${zh}：此后步骤失败时由人决定`,
    en: `cannot be taken back${en}: where a step fails after it, a person is asked`,
  };
}

/** The project's actions that a run performs, in that order, each with its fate. */
export function actionFates(run: ResolvedRun): readonly Localized[] {
  return namesIn(run).flatMap((name) => lineOf(run, name));
}

/** Of those that cannot be taken back: what approvers read first. */
export function irreversibleLines(run: ResolvedRun): readonly Localized[] {
  return namesIn(run)
    .filter((name) => run.settings.actions[name]?.irreversible !== undefined)
    .flatMap((name) => lineOf(run, name));
}

function namesIn(run: ResolvedRun): readonly string[] {
  const names = courseOf(run).turns.flatMap(({ tasks }) => tasks.map(commandOf));
  return [...new Set(names)].filter((name) => name !== '');
}

function lineOf({ settings }: ResolvedRun, name: string): readonly Localized[] {
  const action = Object.hasOwn(settings.actions, name) ? settings.actions[name] : undefined;
  if (action === undefined) return [];
  const { zh, en } = fateOfAction(action);
  return [{ zh: `「${name}」：${zh}`, en: `"${name}": ${en}` }];
}

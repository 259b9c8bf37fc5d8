/** What a failure means for the project's own actions, in words. */
import type { Localized } from '../../diagnostics/language.ts';
import type { FailureMeaning } from './meaning.ts';
import { commandUndoneBy, type UndoId } from './undoing.ts';

/** The sentence about the servers, and after it what becomes of what the project's actions did. */
export function withCommands(
  text: Localized,
  way: string,
  { servers, shared }: FailureMeaning,
): Localized {
  const once = shared.undo.map((each) => each.undo);
  const undone = namesOf([...once, ...servers.flatMap(({ undo }) => undo)]);
  const kept = namesOf(shared.kept.map((each) => each.undo));
  if (kept.length > 0) {
    const names = listOf(kept);
    return way === 'unchanged'
      ? {
          zh: `直接终止，不撤销${names.zh}`,
          en: `the run ends; ${names.en} ${isOrAre(kept)} not undone`,
        }
      : {
          zh: `${text.zh}；不撤销${names.zh}`,
          en: `${text.en}; ${names.en} ${isOrAre(kept)} not undone`,
        };
  }
  if (undone.length === 0) return text;
  const names = listOf(undone);
  const waits = shared.undo.some(({ between }) => between.length > 0);
  const back = {
    zh: `${waits ? '这些服务器全部摘除后' : ''}撤销${names.zh}`,
    en: `${names.en} ${isOrAre(undone)} undone${waits ? ' while they are all out of service' : ''}`,
  };
  return way === 'unchanged'
    ? { zh: `${back.zh}，没有其他需要回滚的`, en: `${back.en}; nothing else to roll back` }
    : { zh: `${text.zh}；${back.zh}`, en: `${text.en}; ${back.en}` };
}

function namesOf(undos: readonly UndoId[]): readonly string[] {
  return [...new Set(undos.flatMap((each) => commandUndoneBy(each) ?? []))];
}

/** Names of actions, one after another. */
export function listOf(names: readonly string[]): Localized {
  return {
    zh: names.map((name) => `「${name}」`).join(''),
    en: names.map((name) => `"${name}"`).join(', '),
  };
}

function isOrAre(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are';
}

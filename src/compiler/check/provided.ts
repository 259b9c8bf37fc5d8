/** What an action needs must be there on every way to it. */
import { ACTIONS, type ActionDefinition } from '../../actions/index.ts';
import { tasksIn } from '../../actions/questions.ts';
import { RESOURCES, type ResourceId } from '../../actions/resources.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { type Context, report } from '../context.ts';
import { type Given, type Path, whereOf } from './paths.ts';
import type { CheckedStep } from './steps.ts';

/** Reports each task that some path reaches without what it needs. */
export function checkProvided(
  context: Context,
  steps: readonly CheckedStep[],
  paths: readonly Path[],
): void {
  for (const { step, taskWords } of steps) {
    for (const [index, task] of tasksIn(step).entries()) {
      const words = taskWords[index];
      for (const need of ACTIONS[task.action].needs) {
        const lacking = paths.filter((path) => lacks(path, step.number, index, need));
        if (lacking.length === 0 || words === undefined) continue;
        const { label } = RESOURCES[need];
        const who = providersOf(need);
        const said = { action: words.text, resource: label, who };
        const where = conditionOf(whereOf(lacking, paths));
        report(
          context,
          words,
          where === null
            ? diagnose('NOT_PROVIDED', 'never', said)
            : diagnose('NOT_PROVIDED', 'notAlways', { ...said, where }),
        );
      }
    }
  }
}

/** Whether a path reaches a task and nothing before it there provides the resource. */
function lacks(path: Path, step: number, task: number, need: ResourceId): boolean {
  if ('byRun' in RESOURCES[need]) return false;
  const at = path.steps.findIndex((each) => each.number === step);
  if (at < 0) return false;
  const before = path.steps.slice(0, at).flatMap(tasksIn);
  const own = tasksIn(path.steps[at] ?? neverReached()).slice(0, task);
  return ![...before, ...own].some(({ action }) => ACTIONS[action].provides.includes(need));
}

function neverReached(): never {
  throw new Error('a path has no step at its own index');
}

function providersOf(need: ResourceId): Localized {
  const providers: readonly ActionDefinition[] = Object.values(ACTIONS).filter(({ provides }) =>
    provides.includes(need),
  );
  return {
    zh: providers.map(({ phrases }) => `「${phrases.zh[0] ?? ''}」`).join(' 或 '),
    en: providers.map(({ phrases }) => `"${phrases.en[0] ?? ''}"`).join(' or '),
  };
}

/** For example `skip_tests = true`; null: on every path. */
export function conditionOf(given: Given): string | null {
  const parts = Object.entries(given).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return parts.length === 0 ? null : parts.join(', ');
}

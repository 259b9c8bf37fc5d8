/** What approvers read first: what was left out, what is odd, what runs now, what was measured. */
import type { AcceptedVote } from '../../activities/contract.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import { irreversibleLines } from '../../plan/failure/action-fates.ts';
import { failureSummary } from '../../plan/failure/words.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { rollingSourceText, rollingText } from '../../plan/rolling-words.ts';
import { type InLanguage, type RunIdentity, type ShownPart } from '../run.ts';
import { criterionText } from '../showing/words.ts';
import { roleName } from './approvers.ts';

const LINES = 40;

export function requestLines(
  run: RunIdentity & ShownPart,
  step: ApprovalStep,
  news: readonly string[],
): string[] {
  const earlier = run.status.steps.slice(
    0,
    run.status.steps.findIndex((each) => each.number === step.number),
  );
  const skips = earlier
    .filter((each) => each.state === 'skipped')
    .map((each) =>
      say(
        run.ref,
        `跳过 ${each.number} ${each.title}：${each.note}`,
        `skipped ${each.number} ${each.title}: ${each.note}`,
      ),
    );
  const added = run.resolved.overrides.add.map((each) =>
    say(
      run.ref,
      `步骤${each.step}增加：${each.phrase}`,
      `added to step ${each.step}: ${each.phrase}`,
    ),
  );
  const servers = run.status.servers.map(
    (each) => `${each.name}: ${each.version ?? '–'} → ${run.ref.version}`,
  );
  const evidence = earlier.flatMap((each) =>
    each.criteria.map((criterion) => `${each.number} ${criterionText(criterion)}`),
  );
  return [
    ...irreversibleLines(run.resolved).map((each) => each[run.ref.language]),
    ...news,
    ...rollingLines(run),
    ...skips,
    ...added,
    ...run.status.warnings,
    ...failureLines(run),
    ...servers,
    ...evidence,
  ].slice(0, LINES);
}

/** What is approved with it: what becomes of the servers where a later step fails. */
function failureLines({ resolved, ref }: RunIdentity): readonly string[] {
  const lines = failureSummary(resolved).map((each) => each[ref.language]);
  return lines.map((line) => say(ref, `失败时：${line}`, `on failure: ${line}`));
}

/** How many servers are taken out at once, and who decided it; nothing where it is all of them. */
function rollingLines(run: RunIdentity): readonly string[] {
  const { plan, resolved, ref } = run;
  if (plan.rolling === undefined) return [];
  const source = rollingSourceText(resolved.rollingFrom, ref.language);
  const text = rollingText(plan.rolling, ref.language);
  return [say(run.ref, `批次（${source}）：${text}`, `batches (${source}): ${text}`)];
}

export function quorumText(run: InLanguage, step: ApprovalStep): string {
  const { quorum } = step;
  if (quorum.kind === 'any') return say(run.ref, '至少一人批准', 'any one of them');
  if (quorum.kind === 'all') return say(run.ref, '每个角色一人', 'one for each role');
  return say(run.ref, `${quorum.people} 人批准`, countedEn(quorum.people, 'person', 'people'));
}

export function rejectedBy(run: RunIdentity, vote: AcceptedVote, comment: string): string {
  const role = roleName(run, vote.role);
  const why = comment === '' ? '' : say(run.ref, `：${comment}`, `: ${comment}`);
  return say(
    run.ref,
    `${vote.name}（${role}）拒绝${why}`,
    `rejected by ${vote.name} (${role})${why}`,
  );
}

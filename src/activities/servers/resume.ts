/** A restart: what ran before the run is started again. */
import type { resumeService } from '../../actions/servers/resume.ts';
import { say } from '../../diagnostics/language.ts';
import { problem } from '../failures.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { fail, reading, type ServerPorts, shortDigest } from './context.ts';
import { exited } from './exited.ts';
import { type Release, startFormer } from './former.ts';
import type { ReleaseSettings } from './manifest.ts';
import { readManifest } from './manifest-file.ts';

type ResumeWork = WorkOf<typeof resumeService>;

/** service.resume: with what it ran with; already running: changes nothing. */
export async function resume(
  ports: ServerPorts,
  input: ResumeWork,
  settings: ReleaseSettings,
): Promise<OutcomeOf<typeof resumeService>> {
  const { server, run } = input;
  const former = input.before?.release ?? null;
  if (former === null) throw nothingRan(input);
  const state = await ports.runtime.inspect(server, run.service);
  if (state.running && state.release?.digest !== former.digest) throw anotherRuns(input, former);
  const lines: string[] = [];
  if (!state.running) {
    const kept = await readManifest(ports, input, former);
    lines.push(await startFormer(ports, input, settings, former, kept));
  }
  const { running, release } = await ports.runtime.inspect(server, run.service);
  if (!running && release?.digest === former.digest) throw await exited(ports, input, null);
  const isBack = running && release?.digest === former.digest;
  const detail = say(
    run,
    `${isBack ? '正在' : '没有'}运行 ${former.version}（${shortDigest(former.digest)}）`,
    `${isBack ? 'runs' : 'does not run'} ${former.version} (${shortDigest(former.digest)})`,
  );
  return { facts: { 'service.resumed': reading(isBack, detail) }, evidence: [...lines, detail] };
}

/** The preflight has said the same, before the service was stopped. */
function nothingRan({ run, server }: ResumeWork): Error {
  return problem({
    code: 'NOTHING_TO_RESTART',
    message: say(
      run,
      `运行开始前，${server} 上没有运行任何版本。`,
      `nothing ran on ${server} before this run.`,
    ),
    remedy: say(run, '请先部署一个版本。', 'Deploy a version there first.'),
  });
}

function anotherRuns({ run, server }: ResumeWork, { version }: Release): Error {
  return fail(
    'CONFLICT',
    say(
      run,
      `${server} 上运行的不是 ${version}；请先停止它`,
      `${server} runs something else than ${version}; stop it first`,
    ),
  );
}

/** A restart: what ran before the run is started again. */

import type { resumeService } from '../../actions/servers/resume.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import { diagnosed } from '../failures.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { reading, type ServerPorts, shortDigest } from './context.ts';
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
  return diagnosed(run, diagnose('NOTHING_TO_RESTART', 'server', { server }));
}

function anotherRuns({ run, server }: ResumeWork, { version }: Release): Error {
  return diagnosed(run, diagnose('CONFLICT', 'serviceOther', { server, version }));
}

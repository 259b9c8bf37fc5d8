/** Keeps what commands print with the run, and how `runsheet logs` finds it again. */
import type { CommandLog, KeptRun } from '../../plan/command-log.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';

/**
 * Keeps a command's redacted output and what there is to say of it. A later attempt replaces it.
 * @param file its name without the folder and the ending, unique in the run
 * @returns the command that shows it
 */
export async function keepOutput(
  artifacts: ArtifactStore,
  run: RunRef,
  file: string,
  about: CommandLog,
  output: string,
): Promise<string> {
  await keepRun(artifacts, run);
  await artifacts.write(run.requestId, `logs/${file}.log`, output);
  await artifacts.write(run.requestId, `logs/${file}.json`, JSON.stringify(about));
  return `runsheet logs ${run.workflowId} ${about.step}`;
}

/** Says in the run's folder, which a request's id names, which run it belongs to. */
export async function keepRun(artifacts: ArtifactStore, run: RunRef): Promise<void> {
  const { workflowId, service, environment, version, language } = run;
  const kept: KeptRun = { workflowId, service, environment, version, language };
  await artifacts.write(run.requestId, 'run.json', JSON.stringify(kept));
}

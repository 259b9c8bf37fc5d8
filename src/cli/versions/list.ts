/** `runsheet versions`: every version, and the runs that no worker carries on. */
import { waitingAmong } from '../../worker/versions/open-runs.ts';
import { waitingLine } from '../../worker/versions/standing-lines.ts';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { languageOf } from '../language.ts';
import { runsOn, versionLines } from '../view/versions.ts';
import { installedBuild } from './replayed.ts';
import { lookHere } from './target.ts';

export async function listVersions(options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const language = languageOf(options);
  await withClient(project, options, async ({ server }) => {
    const { deployment, open } = await lookHere(server, project.taskQueue, options);
    const waiting = waitingAmong(open, deployment, Date.now());
    const installed = await installedBuild();
    if (options.json === true) {
      const { name, current, ramping } = deployment;
      const versions = deployment.versions.map((each) => ({
        ...each,
        openRuns: runsOn(open, each.buildId).map(({ workflowId }) => workflowId),
      }));
      print(
        JSON.stringify(
          { deployment: name, current, ramping, installed, versions, waiting },
          null,
          2,
        ),
      );
      return;
    }
    for (const line of versionLines(deployment, open, installed, language)) print(line);
    for (const each of waiting) print(waitingLine(each, language));
  });
}

/** What an image says about itself: labels, and the tag that it is pushed under. */

import { createHash } from 'node:crypto';
import type { buildImage, pushImage } from '../../actions/code/image.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandSettings, ImageSettings, RuntimeSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import type { WorkOf } from '../implement.ts';

const LABELS = ['version', 'revision', 'template', 'plan', 'inputs'] as const;
export type ImageLabels = Readonly<Record<`runsheet.${(typeof LABELS)[number]}`, string>>;

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Both are told the same: a push builds the image again where it is gone. */
export type ImageWork = WorkOf<typeof buildImage> | WorkOf<typeof pushImage>;

/**
 * The labels of this run's image. `runsheet.inputs` is the digest of what decides the build besides
 * the source: the compile and package commands and the image settings. The files that a build makes
 * are not in it: they may differ from one build to the next (times in archives).
 */
export function labelsOf(
  { run, source }: ImageWork,
  commands: CommandSettings,
  settings: ImageSettings,
  runtime: RuntimeSettings,
): ImageLabels {
  const { compile, package: packaging } = commands;
  const inputs = [
    compile === undefined ? 'detected' : (compile?.argv ?? null),
    packaging === undefined ? 'detected' : (packaging?.argv ?? null),
    settings.kind,
    settings.context,
    settings.include,
    ...(settings.kind === 'docker'
      ? [withoutCaches({ ...settings.docker, args: buildArguments({ run }, settings) })]
      : [runtime.command]),
  ];
  return {
    'runsheet.version': run.version,
    'runsheet.revision': source.revision,
    'runsheet.template': run.templateId,
    'runsheet.plan': run.planDigest,
    'runsheet.inputs': `sha256:${createHash('sha256').update(JSON.stringify(inputs)).digest('hex')}`,
  };
}

/**
 * Build arguments may name what is deployed where. They are part of the inputs as they are filled in:
 * two environments may share a tag, and then they share an image only where it is the same for both.
 */
export function buildArguments(
  { run }: Pick<ImageWork, 'run'>,
  { docker }: ImageSettings,
): Readonly<Record<string, string>> {
  const { version, environment } = run;
  const names: Readonly<Record<string, string>> = { version, environment };
  const fill = (whole: string, name: string | undefined): string =>
    name === undefined ? '$' : (names[name] ?? whole);
  const args = Object.entries(docker.args).map(([name, value]) => [
    name,
    value.replace(/\$\$(?=\$*\{)|\$\{(version|environment)\}/gu, fill),
  ]);
  return Object.fromEntries(args);
}

/** A cache changes how fast an image is built, not which. */
function withoutCaches(docker: ImageSettings['docker']): object {
  return { ...docker, cacheFrom: [], cacheTo: [] };
}

/** Same revision and build inputs: the plan and the template may have changed since. */
export function sameInputs(held: Readonly<Record<string, string>>, wanted: ImageLabels): boolean {
  return (
    wanted['runsheet.revision'] !== '' &&
    held['runsheet.revision'] === wanted['runsheet.revision'] &&
    held['runsheet.inputs'] === wanted['runsheet.inputs']
  );
}

/** The tag that the document sets, filled in. */
export function tagOf({ run, settings }: ImageWork): string {
  const tag = settings.tag
    .replaceAll('${version}', run.version)
    .replaceAll('${environment}', run.environment);
  if (TAG.test(tag)) return tag;
  throw diagnosed(run, diagnose('BAD_PARAMETER', 'filledTag', { value: JSON.stringify(tag) }));
}

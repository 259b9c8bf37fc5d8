/** The image that a run is to deploy, as the worker that asks for it computes it. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandSettings, ImageSettings, RuntimeSettings } from '../../plan/settings.ts';
import type { RegistryImage } from '../../ports/registry.ts';
import { diagnosed } from '../failures.ts';
import { type ImageLabels, type ImageWork, labelsOf, tagOf } from './image-labels.ts';

export interface WantedImage {
  readonly settings: ImageSettings;
  readonly repository: string;
  readonly tag: string;
  readonly labels: ImageLabels;
}

export function wantedImage(
  work: ImageWork,
  commands: CommandSettings,
  settings: ImageSettings,
  runtime: RuntimeSettings,
): WantedImage {
  return {
    settings,
    repository: settings.repository,
    tag: tagOf(work),
    labels: labelsOf(work, commands, settings, runtime),
  };
}

export function otherDigest(
  input: ImageWork,
  wanted: WantedImage,
  digest: string,
  answered: RegistryImage | null,
): Error {
  const theirs = answered?.digest ?? { zh: '没有该标签', en: 'no such tag' };
  const named = { digest, image: `${wanted.repository}:${wanted.tag}`, theirs };
  const diagnostic = diagnose('PUSH_NOT_CONFIRMED', 'other', named);
  return diagnosed(input.run, diagnostic, { retryable: answered === null });
}

export function tagTaken(input: ImageWork, wanted: WantedImage, held: RegistryImage): Error {
  const named = {
    image: `${wanted.repository}:${wanted.tag}`,
    theirs: held.labels['runsheet.revision'] ?? { zh: '（没有标签）', en: '(no label)' },
    ours: wanted.labels['runsheet.revision'],
  };
  return diagnosed(input.run, diagnose('IMAGE_TAG_TAKEN', 'tag', named));
}

/** The image that a worker which builds says it has pushed, read back by one that deploys. */
import { pushImage } from '../../actions/code/image.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ImagePin } from '../../plan/run.ts';
import type { Ports } from '../../ports/ports.ts';
import type { LocalActivities } from '../contract.ts';
import { diagnosed } from '../failures.ts';
import { implement } from '../implement.ts';
import { type ImageWork, sameInputs } from './image-labels.ts';
import { otherDigest, tagTaken, type WantedImage, wantedImage } from './wanted-image.ts';

/** Both the digest under the tag and the labels must be what this worker computes itself. */
export function createConfirmation(
  ports: Pick<Ports, 'registry'>,
): Pick<LocalActivities, 'confirmImage'> {
  return {
    async confirmImage(input) {
      const { run, image: told } = input;
      const perform = implement(pushImage, async (work, commands, settings, runtime) => {
        const wanted = wantedImage(work, commands, settings, runtime);
        const image = await confirm(ports, work, wanted, told?.digest ?? '');
        return { facts: { 'image.pushed': null, 'image.tag': null }, evidence: [], image };
      });
      const { image } = await perform['image.push'](input);
      if (image === undefined) throw diagnosed(run, diagnose('NO_IMAGE', 'run', {}));
      return image;
    },
  };
}

async function confirm(
  { registry }: Pick<Ports, 'registry'>,
  work: ImageWork,
  wanted: WantedImage,
  digest: string,
): Promise<ImagePin> {
  const { repository, tag } = wanted;
  const held = await registry.resolve(repository, tag);
  if (held === null || held.digest !== digest) throw otherDigest(work, wanted, digest, held);
  if (!sameInputs(held.labels, wanted.labels)) throw tagTaken(work, wanted, held);
  return { reference: `${repository}@${digest}`, tag, digest };
}

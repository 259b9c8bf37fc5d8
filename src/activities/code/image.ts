/**
 * The image, built and pushed. It carries labels that say what it was
 * built from; a tag that the registry already holds is used again where they name the same revision
 * and inputs, and refused where they do not, so that a tag never changes its meaning.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buildImage, pushImage } from '../../actions/code/image.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RegistryImage } from '../../ports/registry.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { diagnosed, isPortError } from '../failures.ts';
import { implement, type OutcomeOf } from '../implement.ts';
import { keepsBuild } from './build-output.ts';
import { buildArguments, type ImageWork, sameInputs } from './image-labels.ts';
import type { CommandPorts } from './project-commands.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { otherDigest, tagTaken, type WantedImage, wantedImage } from './wanted-image.ts';

type ImagePorts = CommandPorts & SourcePorts & Pick<Ports, 'builder' | 'registry'>;

export function createImageActivities(
  ports: ImagePorts,
): Pick<ActionActivities, 'image.build' | 'image.push'> {
  return {
    ...implement(buildImage, (work, commands, image, runtime) =>
      withHeartbeat((progress) =>
        buildOrReuse(ports, work, wantedImage(work, commands, image, runtime), progress),
      ),
    ),
    ...implement(pushImage, (work, commands, image, runtime) =>
      withHeartbeat((progress) =>
        pushAndPin(ports, work, wantedImage(work, commands, image, runtime), progress),
      ),
    ),
  };
}

async function buildOrReuse(
  ports: ImagePorts,
  input: ImageWork,
  wanted: WantedImage,
  progress: Progress,
): Promise<OutcomeOf<typeof buildImage>> {
  const held = await heldImage(ports, input, wanted);
  if (held !== null) return reused(input, wanted, held);
  const { sizeBytes } = await build(ports, input, wanted, progress);
  const size = `${Math.ceil(sizeBytes / 1024)} KiB`;
  const zh = `已构建 ${wanted.repository}:${wanted.tag}（${size}）`;
  const detail = say(input.run, zh, `built ${wanted.repository}:${wanted.tag} (${size})`);
  return built(wanted, detail);
}

function built({ tag }: WantedImage, detail: string): OutcomeOf<typeof buildImage> {
  return {
    facts: { 'image.built': { value: true, detail }, 'image.tag': { value: tag } },
    evidence: [detail],
  };
}

/** Pushes what was built, and pins the digest that the registry answers to the tag. */
async function pushAndPin(
  ports: ImagePorts,
  input: ImageWork,
  wanted: WantedImage,
  progress: Progress,
): Promise<OutcomeOf<typeof pushImage>> {
  const held = await heldImage(ports, input, wanted);
  const digest = held?.digest ?? (await pushBuilt(ports, input, wanted, progress));
  const answered = await ports.registry.resolve(wanted.repository, wanted.tag);
  if (answered?.digest !== digest) throw otherDigest(input, wanted, digest, answered);
  const detail =
    held === null
      ? say(
          input.run,
          `镜像仓库的应答：${wanted.tag} = ${digest}`,
          `the registry answers ${wanted.tag} = ${digest}`,
        )
      : say(
          input.run,
          `registry 已有 ${wanted.tag} = ${digest}`,
          `the registry already holds ${wanted.tag} = ${digest}`,
        );
  return {
    facts: { 'image.pushed': { value: true, detail }, 'image.tag': { value: wanted.tag } },
    evidence: [detail],
    image: { reference: `${wanted.repository}@${digest}`, tag: wanted.tag, digest },
  };
}

/** The image that the registry holds under the tag, if it is this one; null: there is none. */
async function heldImage(
  ports: ImagePorts,
  input: ImageWork,
  wanted: WantedImage,
): Promise<RegistryImage | null> {
  const held = await ports.registry.resolve(wanted.repository, wanted.tag).catch(nullWhereHidden);
  if (held === null || sameInputs(held.labels, wanted.labels)) return held;
  throw tagTaken(input, wanted, held);
}

/** Before its first push a repository is shown to nobody; whether we may push, the push says. */
function nullWhereHidden(error: unknown): null {
  if (isPortError(error) && error.kind === 'not-found') return null;
  throw error;
}

async function build(
  ports: ImagePorts,
  input: ImageWork,
  wanted: WantedImage,
  progress: Progress,
): Promise<{ readonly localReference: string; readonly sizeBytes: number }> {
  const folder = await ensureCheckout(ports, input);
  const result = await ports.builder.build({
    context: join(folder, contextOf(input, wanted.settings)),
    include: wanted.settings.include,
    repository: wanted.repository,
    tag: wanted.tag,
    labels: wanted.labels,
    ...(wanted.settings.kind === 'docker' && {
      docker: { ...wanted.settings.docker, args: buildArguments(input, wanted.settings) },
    }),
    signal: progress.signal,
    onProgress: (text) => progress.report(ports.redact(text)),
    onEnded: keepsBuild(ports, input),
  });
  await ports.artifacts.write(input.run.requestId, localName(ports, wanted), result.localReference);
  return result;
}

/** Where the local image is gone (another worker took over), it is built again from the same source. */
async function pushBuilt(
  ports: ImagePorts,
  input: ImageWork,
  wanted: WantedImage,
  progress: Progress,
): Promise<string> {
  const watch = {
    signal: progress.signal,
    onProgress: (text: string) => progress.report(ports.redact(text)),
  };
  const push = async (local: string): Promise<string> =>
    (await ports.registry.push(local, wanted.repository, wanted.tag, watch)).digest;
  const kept = await ports.artifacts.read(
    `artifact:${input.run.requestId}/${localName(ports, wanted)}`,
  );
  if (kept !== null) {
    try {
      return await push(kept.toString('utf8'));
    } catch (error) {
      if (!isPortError(error) || error.kind !== 'not-found') throw error;
    }
  }
  return push((await build(ports, input, wanted, progress)).localReference);
}

/** What another worker has built is not here, whatever lies here under the same name. */
function localName({ builder }: Pick<ImagePorts, 'builder'>, { tag }: WantedImage): string {
  const { place } = builder;
  if (place === undefined) return `image/${tag}.local`;
  return `image/${tag}.${createHash('sha256').update(place).digest('hex').slice(0, 12)}.local`;
}

function contextOf(input: ImageWork, settings: ImageSettings): string {
  const { context } = settings;
  if (!context.startsWith('/') && !context.split('/').includes('..')) return context;
  throw diagnosed(input.run, diagnose('PATH_OUTSIDE_PROJECT', 'context', { path: context }));
}

function reused(
  input: ImageWork,
  wanted: WantedImage,
  held: RegistryImage,
): OutcomeOf<typeof buildImage> {
  const name = `${wanted.repository}:${wanted.tag}`;
  const detail = say(
    input.run,
    `沿用镜像仓库中的 ${name}（同一源、同样的构建输入，${held.digest}）`,
    `reused ${name} of the registry (same source and build inputs, ${held.digest})`,
  );
  return built(wanted, detail);
}

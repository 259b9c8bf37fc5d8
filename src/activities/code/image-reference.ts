/** Which image the document names: by tag, by digest, or by a whole name of the project's own. */
import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import { problem } from '../failures.ts';

export interface NamedImage {
  /** null: it is named by its digest alone. */
  readonly tag: string | null;
  /** What the registry is asked for; a digest wins over a tag. */
  readonly reference: string;
}

/** Where this project's images are. */
export interface ImagePlace {
  readonly repository: string;
  /** By which a name may say so. */
  readonly hosts: readonly string[];
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;
const DIGEST = /^sha256:[0-9a-f]{64}$/u;
const LONGEST = 400;

/**
 * `v1.2.3`, `sha256:…`, `team/app:v1.2.3`, `registry.example.com/team/app:v1.2.3@sha256:…`.
 * @throws ApplicationFailure BAD_PARAMETER where it is none of these, FOREIGN_IMAGE where it is another
 * repository's
 */
export function readReference(run: RunRef, text: string, place: ImagePlace): NamedImage {
  if (text.length > LONGEST) throw unreadable(run, `${text.slice(0, LONGEST)}…`);
  if (DIGEST.test(text)) return { tag: null, reference: text };
  if (TAG.test(text)) return { tag: text, reference: text };
  const { name = '', tag, digest } = WHOLE.exec(text)?.groups ?? {};
  if (name === '' || (tag === undefined && digest === undefined)) throw unreadable(run, text);
  const { repository, hosts } = place;
  const ours = [repository, ...hosts.map((host) => `${host}/${repository}`)];
  if (!ours.includes(name)) throw foreign(run, name, ours);
  return { tag: tag ?? null, reference: digest ?? tag ?? '' };
}

/** The colon of a port stands before a slash. */
const WHOLE =
  /^(?<name>[A-Za-z0-9][A-Za-z0-9._:/-]*?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/u;

function unreadable(run: RunRef, text: string): Error {
  const shown = JSON.stringify(text);
  return problem({
    code: 'BAD_PARAMETER',
    message: say(run, `${shown} 不是镜像。`, `${shown} names no image.`),
    remedy: say(
      run,
      '请给出标签、摘要（sha256:…），或带标签或摘要的完整名称。',
      'Give a tag, a digest (sha256:…), or a whole name with one of them.',
    ),
  });
}

function foreign(run: RunRef, name: string, ours: readonly string[]): Error {
  const [, own = ''] = ours;
  return problem({
    code: 'FOREIGN_IMAGE',
    message: say(
      run,
      `${name} 不是本项目的镜像仓库；本项目的是 ${own}。`,
      `${name} is not this project's repository, which is ${own}.`,
    ),
    remedy: say(
      run,
      '请使用本项目仓库中的镜像，或修改 runsheet.yaml 的 registry.url 与 image.repository。',
      'Use an image of that repository, or change registry.url and image.repository in runsheet.yaml.',
    ),
  });
}

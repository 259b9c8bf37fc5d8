import { hasStatus } from './engine-errors.ts';
import { readFrames } from './frames.ts';
import { newest } from './inspect.ts';
import { lookAt, type Service } from './service.ts';

const MAXIMUM_CHARACTERS = 4_000;

/** The last lines of what serves; a logging driver that keeps nothing has none. */
export async function tailOf(service: Service, lines: number): Promise<string> {
  const { containers } = await lookAt(service);
  const one =
    containers.find((each) => each.running) ??
    containers.find(({ role }) => role === 'serving') ??
    newest(containers);
  if (one === undefined) return '';
  try {
    const raw = await service.engine.ask(
      { zh: `读取 ${one.name} 的日志`, en: `read the log of ${one.name}` },
      (docker, abortSignal) =>
        docker
          .getContainer(one.id)
          .logs({ stdout: true, stderr: true, follow: false, tail: lines, abortSignal }),
      { expect: [400, 404, 409, 500, 501] },
    );
    return readFrames(raw).slice(-MAXIMUM_CHARACTERS);
  } catch (error) {
    if (hasStatus(error, 400, 404, 409, 500, 501)) return '';
    throw error;
  }
}

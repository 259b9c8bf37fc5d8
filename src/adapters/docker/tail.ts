import { hasStatus } from './engine-errors.ts';
import { readFrames } from './frames.ts';
import { inspectContainer, newest, startOf } from './inspect.ts';
import { lookAt, type Service } from './service.ts';

const MAXIMUM_CHARACTERS = 4_000;

/** The last lines of what serves, since its last start; a logging driver that keeps nothing has none. */
export async function tailOf(service: Service, lines: number): Promise<string> {
  const { containers } = await lookAt(service);
  const one =
    containers.find((each) => each.running) ??
    containers.find(({ role }) => role === 'serving') ??
    newest(containers);
  const startedAt = one === undefined ? null : startOf(await inspectContainer(service, one.id));
  if (one === undefined || startedAt === null) return '';
  // What a container that was started again printed before is of no help. Seconds, as the engine has it.
  const since = Date.parse(startedAt) / 1000;
  try {
    const raw = await service.engine.ask(
      { zh: `读取 ${one.name} 的日志`, en: `read the log of ${one.name}` },
      (docker, abortSignal) =>
        docker
          .getContainer(one.id)
          .logs({ stdout: true, stderr: true, follow: false, since, tail: lines, abortSignal }),
      { expect: [400, 404, 409, 500, 501] },
    );
    return readFrames(raw).slice(-MAXIMUM_CHARACTERS);
  } catch (error) {
    if (hasStatus(error, 400, 404, 409, 500, 501)) return '';
    throw error;
  }
}

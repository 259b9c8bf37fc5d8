import type { Engine } from './engine.ts';
import { readBounded, readFrames } from './frames.ts';

export interface InsideResult {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a command inside a container. One that is late is left running: the API cannot end it. */
export async function execInside(
  engine: Engine,
  id: string,
  argv: readonly string[],
  timeoutMs: number,
): Promise<InsideResult> {
  return engine.ask(
    `run ${argv[0] ?? 'a command'} in the container`,
    async (docker, abortSignal) => {
      const exec = await docker.getContainer(id).exec({
        Cmd: [...argv],
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      });
      const stream = await exec.start({ hijack: false, stdin: false, abortSignal });
      const output = readFrames(await readBounded(stream));
      const { ExitCode } = await exec.inspect({ abortSignal });
      return { exitCode: ExitCode, output };
    },
    { timeoutMs },
  );
}

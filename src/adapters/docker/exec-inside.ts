import type { Localized } from '../../diagnostics/language.ts';
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
    inContainer(argv[0]),
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

function inContainer(program: string | undefined): Localized {
  return {
    zh: `在容器中运行 ${program ?? '命令'}`,
    en: `run ${program ?? 'a command'} in the container`,
  };
}

/** What a tool that builds an image has printed, kept like that of any command. */
import type { RunRef } from '../../plan/run.ts';
import type { BuildRequest } from '../../ports/image-builder.ts';
import { keepOutput } from '../run/kept-output.ts';
import type { CommandPorts } from './project-commands.ts';

/** For `onEnded` of a build in this step of a run. */
export function keepsBuild(
  ports: Pick<CommandPorts, 'artifacts' | 'redact'>,
  { run, step }: { readonly run: RunRef; readonly step: number },
): NonNullable<BuildRequest['onEnded']> {
  return async ({ argv, stdout, stderr, startedAtMs, durationMs, exitCode }) => {
    const command = ports.redact(argv.join(' '));
    const [name = 'build'] = argv;
    const about = { step, name: `${name} build`, command, servers: [], startedAtMs };
    const text = ports.redact(`$ ${command}\n${stdout}\n${stderr}\n`);
    const file = `${step}-image`;
    await keepOutput(ports.artifacts, run, file, { ...about, durationMs, exitCode }, text);
  };
}

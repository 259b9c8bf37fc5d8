/** The project's own build commands, in the checkout. */

import { compile, packageApp } from '../../actions/code/compile.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandSettings } from '../../plan/settings.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { implement, type OutcomeOf } from '../implement.ts';
import {
  type CheckoutWork,
  type CommandPorts,
  chooseCommand,
  excerptOf,
  runInCheckout,
} from './project-commands.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';

type CompilePorts = CommandPorts & SourcePorts;
type BuildResult = OutcomeOf<typeof compile>;

export function createCompileActivities(
  ports: CompilePorts,
): Pick<ActionActivities, 'build.compile' | 'build.package'> {
  return {
    ...implement(compile, (work, commands) =>
      withHeartbeat((progress) => runBuildCommand(ports, work, commands, 'compile', progress)),
    ),
    ...implement(packageApp, (work, commands) =>
      withHeartbeat((progress) => runBuildCommand(ports, work, commands, 'package', progress)),
    ),
  };
}

async function runBuildCommand(
  ports: CompilePorts,
  input: CheckoutWork,
  commands: CommandSettings,
  name: 'compile' | 'package',
  progress: Progress,
): Promise<BuildResult> {
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, commands, name, folder, progress);
  if (chosen.command === null) return { facts: {}, evidence: [chosen.reason] };
  const ran = await runInCheckout(ports, input, chosen.command, folder, progress, { name });
  if (ran.exitCode !== 0) {
    const named = { summary: ran.summary, said: excerptOf(ports, ran), log: ran.log };
    throw diagnosed(input.run, diagnose('BUILD_FAILED', 'command', named));
  }
  return { facts: {}, evidence: [line(ran.summary)] };
}

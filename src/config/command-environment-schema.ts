/** `commands.environment` of runsheet.yaml: as `environment` in docker-compose, names without a value included. */
import { z } from 'zod';
import { anyText, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/u;

/** They load code into whatever program is started, git's and Node's included, or are Runsheet's own. */
const REFUSED: readonly RegExp[] = [
  /^(?:LD_|DYLD_|GIT_|RUNSHEET_)/u,
  /^(?:GLIBC_TUNABLES|GCONV_PATH|LOCPATH|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND)$/u,
  /^(?:NODE_OPTIONS|PYTHONSTARTUP|PYTHONHOME|PYTHONINSPECT|PERL5OPT|PERL5DB|PERL5LIB|RUBYOPT|RUBYLIB)$/u,
  /^(?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|SSH_ASKPASS|PHPRC)$/u,
];

const pair = text.transform((line): readonly [string, string | null] => {
  const at = line.indexOf('=');
  return at === -1 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
});

/** Without a value: as the worker's environment has it. */
export const commandEnvironment = z
  .union([
    z.record(z.string(), anyText.nullable()),
    z.array(pair).transform((pairs): Record<string, string | null> => Object.fromEntries(pairs)),
  ])
  .superRefine((given, context) => {
    for (const name of Object.keys(given)) {
      const variant = problemOf(name);
      if (variant === null) continue;
      context.addIssue({ code: 'custom', path: [name], message: variant });
    }
  });

function problemOf(name: string): string | null {
  if (!NAME.test(name)) return fieldProblem('variableName');
  // Windows and shells aside, names differ by case; whoever writes ld_preload means the same.
  const isRefused = REFUSED.some((each) => each.test(name.toUpperCase()));
  return isRefused ? fieldProblem('variableRefused', { name }) : null;
}

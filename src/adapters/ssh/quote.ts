/**
 * The one way by which arguments reach a remote shell: each in POSIX single quotes, so that nothing in
 * it is special. A NUL byte cannot be passed to a program at all and is refused.
 */
export function quoteArgv(argv: readonly string[]): string {
  if (argv.length === 0) throw new Error('a command needs at least a program');
  return argv.map(quoteArgument).join(' ');
}

export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new Error('an argument cannot hold a NUL byte');
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

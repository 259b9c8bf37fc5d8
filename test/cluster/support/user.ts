/** Operating-system users by their numbers alone, as in a container: they need no name on this machine. */
import { run as runProgram, type TypedOptions } from '../../cli/support/program.ts';
import { run } from '../../lab/support/shell.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The words before a program so that it runs as this user, in no other group. It stays one process. */
export function asUser({ uid, gid }: User): readonly string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
}

/** The folder and all in it belong to this user, and nobody else reads them. */
export async function give(folder: string, { uid, gid }: User): Promise<void> {
  await run(['chown', '--recursive', `${uid}:${gid}`, folder]);
  await run(['chmod', '--recursive', 'go=', folder]);
}

/** A program in a folder of this user's. */
export function runAs(
  user: User,
  argv: readonly string[],
  place: TypedOptions,
): ReturnType<typeof runProgram> {
  const [program = '', ...rest] = [...asUser(user), ...argv];
  return runProgram(program, rest, place);
}

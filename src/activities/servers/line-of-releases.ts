/**
 * Releases that succeeded, as somebody who goes back looks at them: to deploy one that was there before
 * is to leave what came after it.
 * @param succeeded digests, newest first, any number of times each
 * @returns those that nobody has left, newest first, each once
 */
export function lineOfReleases(succeeded: readonly string[]): readonly string[] {
  const line: string[] = [];
  for (const digest of succeeded.toReversed()) {
    const at = line.indexOf(digest);
    if (at === -1) line.push(digest);
    else line.length = at + 1;
  }
  return line.toReversed();
}

/** What `docker` prints while it builds and pushes. */
const LONGEST_LINE = 200;
const SHOWN_LINES = 30;
const LONGEST_EXCERPT = 2_000;

/** Gives the last whole line of what was printed so far: the step that is under way. */
export function createLineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split(/\r?\n|\r/u);
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE * 10);
    const last = lines.findLast((line) => line.trim() !== '');
    if (last !== undefined) onLine(last.trim().slice(0, LONGEST_LINE));
  };
}

/** The last lines of a failed call, standard error last: there the reason mostly is. */
export function excerpt(stdout: string, stderr: string): string {
  const lines = `${stdout}\n${stderr}`.split(/\r?\n/u).filter((line) => line.trim() !== '');
  return lines.slice(-SHOWN_LINES).join('\n').slice(-LONGEST_EXCERPT);
}

/** The digest that `docker push` names in its last line. */
export function pushedDigest(stdout: string): string | null {
  return /\bdigest: (sha256:[0-9a-f]{64})\b/u.exec(stdout)?.[1] ?? null;
}

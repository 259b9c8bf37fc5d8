/** What a file that is being written is called until it is whole. Pure but for chance. */
import { randomBytes } from 'node:crypto';

/**
 * `x.conf` → `x.conf.0f3a9c21.6b1e55.part`: the connection that it comes over, then chance. Where that
 * connection is no more, whoever takes over its work on the server takes the file away.
 * @param connection its id, a UUID
 */
export function partSuffix(connection: string): string {
  const [mark = ''] = connection.split('-', 1);
  return `.${mark}.${randomBytes(3).toString('hex')}.part`;
}

/** Arguments: the claims' folder, the file. */
const TAKE_AWAY = `
for rs_part in "$2".*.*.part; do
  [ -f "$rs_part" ] || continue
  rs_mark=\${rs_part%.*.part}
  rs_mark=\${rs_mark##*.}
  case $rs_mark in ''|*[!0-9a-f]*) continue ;; esac
  ls "$1/$rs_mark"-* >/dev/null 2>&1 || rm -f -- "$rs_part"
done
`;

/**
 * Takes away what was begun of a file over connections that are no more. Of what is below the base folder
 * that is done when a connection is taken over; elsewhere, by whoever writes the same file next.
 */
export function takeAwayCommand(claims: string, file: string): string[] {
  return ['sh', '-c', TAKE_AWAY, 'sh', claims, file];
}

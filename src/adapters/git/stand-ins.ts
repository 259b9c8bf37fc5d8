/** Files that stand for content that is kept elsewhere, by what is in them. */
import type { MissingContent } from '../../ports/source-repository.ts';

/** The size that the specification of Git LFS allows; a regular file of this form is longer. */
export const LONGEST_POINTER_BYTES = 1024;
/** First line of a pointer, in all its versions; for `git grep -E`. */
export const POINTER_BEGINS =
  '^version (https://(git-lfs|hawser)\\.github\\.com/spec/|http://git-media\\.io/v/)';

const BEGINS = new RegExp(POINTER_BEGINS, 'u');
const POINTER =
  /^version \S+\n(?:ext-\d+-\S+ sha256:[0-9a-f]{64}\n)*oid (?:sha256:)?[0-9a-f]{64}\nsize \d+\n*$/u;
const GIT_CRYPT = '\0GITCRYPT\0';
const ANNEX_FILE = /^\/annex\/objects\/\S/u;
const ANNEX_LINK = /(?:^|\/)\.git\/annex\/objects\/\S/u;

/** @param content from the file's beginning, at least LONGEST_POINTER_BYTES + 1 bytes where it has them */
export function isPointer(content: Buffer): boolean {
  if (content.length > LONGEST_POINTER_BYTES) return false;
  const text = plain(content);
  return BEGINS.test(text) && POINTER.test(text);
}

/**
 * What a file is whose `filter` attribute names what would make its content; null: the content itself.
 * A pointer need not be a good one then.
 */
export function filteredStandIn(filter: string, content: Buffer): MissingContent['kind'] | null {
  if (content.subarray(0, GIT_CRYPT.length).toString('latin1') === GIT_CRYPT) return 'encrypted';
  if (filter === 'lfs' && BEGINS.test(plain(content))) return 'lfs';
  if (ANNEX_FILE.test(plain(content))) return 'annex';
  return null;
}

/** Whether a link leads into the store of git-annex, which no checkout has. */
export function isAnnexLink(target: string): boolean {
  return ANNEX_LINK.test(target);
}

/** Whatever ends its lines and whether or not a byte order mark precedes them. */
function plain(content: Buffer): string {
  return content
    .toString('utf8')
    .replaceAll('\r\n', '\n')
    .replace(/^[\uFEFF\s]+/u, '');
}

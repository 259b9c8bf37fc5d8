/** gRPC's status codes PERMISSION_DENIED and UNAUTHENTICATED. */
const DENIED: readonly unknown[] = [7, 16];

/**
 * What a server says that answers, but not to whoever asks.
 * @returns its own words, one line; null: the error is another one
 */
export function denialOf(error: unknown): string | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && DENIED.includes(each.code)) return each.message.split('\n')[0] ?? '';
  }
  return null;
}

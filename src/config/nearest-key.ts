/** The known key that an unknown one probably meant. */
import { closest, distance } from 'fastest-levenshtein';

/** @returns undefined where nothing is near: more than 60 % of the longer word differs. */
export function nearestKey(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 120) return undefined;
  const candidate = closest(word, known);
  const longest = Math.max(word.length, candidate.length, 1);
  return distance(word, candidate) / longest <= 0.6 ? candidate : undefined;
}

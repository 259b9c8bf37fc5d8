/** The known words that an unknown one probably meant. */
import { distance } from 'fastest-levenshtein';
import { normalisePhrase } from '../actions/phrases.ts';

/** Longer texts are nobody's misspelt phrase, and the distance's cost grows with the product of lengths. */
const LONGEST_COMPARED = 120;

/** Up to `limit` candidates, nearest first, none further away than this share of the longer text. */
export function nearest(
  word: string,
  candidates: readonly string[],
  limit = 3,
  furthest = 0.6,
): readonly string[] {
  const wanted = normalisePhrase(word);
  if (wanted.length === 0 || wanted.length > LONGEST_COMPARED) return [];
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, score: score(wanted, normalisePhrase(candidate)) }))
    .filter((each) => each.score <= furthest)
    .sort((a, b) => a.score - b.score)
    .slice(0, limit)
    .map((each) => each.candidate);
}

function score(a: string, b: string): number {
  return distance(a, b) / Math.max(a.length, b.length, 1);
}

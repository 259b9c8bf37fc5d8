/** Finds the action or fact that a phrase of a document names. Pure, exact after normalisation. */
import type { Phrases } from './define.ts';
import { ACTIONS, type ActionDefinition, FACTS, type FactDefinition } from './index.ts';

/** One written form for what people write differently: width, case, spaces, quotes, final stops. */
export function normalisePhrase(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[`"'“”‘’]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/(?<=[^\p{ASCII}]) | (?=[^\p{ASCII}])/gu, '')
    .replace(/[\s.。;；,，:：!！]+$/u, '')
    .trim();
}

const actionsByPhrase = index(Object.values(ACTIONS), (each) => [each.phrases]);
const factsByPhrase = index(Object.values(FACTS), (each) => [each.phrases]);
const factsBySubject = index(Object.values(FACTS), (each) =>
  each.subjects === undefined ? [] : [each.subjects],
);

/** The action that a phrase (without its parenthesised limit) names; null: nobody knows it. */
export function findPhrase(text: string): ActionDefinition | null {
  return actionsByPhrase.get(normalisePhrase(text)) ?? null;
}

/** The fact of a criterion that needs no number, for example 无活跃连接. */
export function findCriterionPhrase(text: string): FactDefinition | null {
  return factsByPhrase.get(normalisePhrase(text)) ?? null;
}

/** The fact that a name before a comparison or colon stands for, for example 响应时间. */
export function findSubject(text: string): FactDefinition | null {
  return factsBySubject.get(normalisePhrase(text)) ?? null;
}

function index<T>(
  definitions: readonly T[],
  phrasesOf: (definition: T) => readonly Phrases[],
): ReadonlyMap<string, T> {
  return new Map(
    definitions.flatMap((definition) =>
      phrasesOf(definition).flatMap(({ zh, en }) =>
        [...zh, ...en].map((phrase) => [normalisePhrase(phrase), definition] as const),
      ),
    ),
  );
}

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

/** An action whose phrase has another word in the place of a setting's default. */
export interface WordedPhrase {
  readonly definition: ActionDefinition;
  readonly setting: string;
  readonly word: string;
}

const WORD = /\$\{[^{}]*\}|[A-Za-z0-9][A-Za-z0-9_.-]*/gu;
/** More is no phrase; each is tried. */
const MOST_WORDS = 20;

/** `沿用 preprod 已验证的镜像`, where the phrase is `沿用 staging 已验证的镜像`; null: nobody knows it. */
export function findWorded(text: string): WordedPhrase | null {
  for (const match of [...text.matchAll(WORD)].slice(0, MOST_WORDS)) {
    const [word] = match;
    const [before, after] = [text.slice(0, match.index), text.slice(match.index + word.length)];
    for (const { setting, usual } of WORDS) {
      const definition = findPhrase(`${before}${usual}${after}`);
      if (definition?.settings[setting]?.kind === 'word') return { definition, setting, word };
    }
  }
  return null;
}

const WORDS = Object.values(ACTIONS).flatMap(({ settings }) =>
  Object.entries(settings).flatMap(([setting, spec]) =>
    spec.kind === 'word' ? [{ setting, usual: spec.default }] : [],
  ),
);

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

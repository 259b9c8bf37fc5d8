/** What an action needs, takes over and provides, for `check --explain`. */
import type { ActionDefinition } from '../../actions/index.ts';
import { RESOURCES, type ResourceId } from '../../actions/resources.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';

/** For example `; needs lock of the environment, pushed image; provides running service`. */
export function describeHandedOn({ needs, takes, provides }: ActionDefinition): Localized {
  const parts: readonly [Localized, readonly ResourceId[]][] = [
    [{ zh: '需要：', en: 'needs ' }, needs],
    [{ zh: '沿用（若有）：', en: 'takes over if provided: ' }, takes],
    [{ zh: '提供：', en: 'provides ' }, provides],
  ];
  const told = parts.filter(([, ids]) => ids.length > 0);
  return {
    zh: told.map(([word, ids]) => `；${word.zh}${namesOf(ids, 'zh').join('、')}`).join(''),
    en: told.map(([word, ids]) => `; ${word.en}${namesOf(ids, 'en').join(', ')}`).join(''),
  };
}

function namesOf(ids: readonly ResourceId[], language: keyof Localized): readonly string[] {
  return ids.map((id) => RESOURCES[id].label[language]);
}

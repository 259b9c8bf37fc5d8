import type { Say } from './language.ts';

/** The two answers of a question at the terminal. */
export function yesOrNo(say: Say): { readonly active: string; readonly inactive: string } {
  return { active: say({ zh: '是', en: 'Yes' }), inactive: say({ zh: '否', en: 'No' }) };
}

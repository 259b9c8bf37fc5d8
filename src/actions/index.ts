/** What the compiler and the interpreter know of actions: data and pure functions only. */
export { ACTIONS } from './definitions.ts';
export { FACTS } from './facts.ts';
export { findCriterionPhrase, findPhrase, findSubject, normalisePhrase } from './phrases.ts';

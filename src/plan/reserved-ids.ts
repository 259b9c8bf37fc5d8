/** Workflows that answer a question of a person. */
export const QUESTIONS: readonly string[] = [
  'probe',
  'hostKeys',
  'serverStates',
  'breakLock',
  'movePool',
  'ackWatch',
];
/** Workflow types of ours that are no runs: they belong to one, or answer a question. */
export const NO_RUNS: readonly string[] = ['environmentLock', 'runWatch', ...QUESTIONS];

/**
 * Names that no template may have: the template id is the workflow's type, and these are the worker's
 * own workflows or names that every JavaScript object answers to.
 */
export const RESERVED_TEMPLATE_IDS: readonly string[] = [
  ...NO_RUNS,
  'interpreter',
  'default',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
];

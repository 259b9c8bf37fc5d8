/**
 * Names that no template may have: the template id is the workflow's type, and these are the worker's
 * own workflows or names that every JavaScript object answers to.
 */
export const RESERVED_TEMPLATE_IDS: readonly string[] = [
  'environmentLock',
  'hostKeys',
  'interpreter',
  'probe',
  'default',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
];

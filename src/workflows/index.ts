/** The worker's workflowsPath: the dynamic workflow that runs every template, and the lock. */
export { environmentLock } from './environment-lock.ts';
export { interpreter as default } from './interpreter.ts';

/** The worker's workflowsPath: the dynamic workflow that runs every template, the lock, the questions. */
export { environmentLock } from './environment-lock.ts';
export { interpreter as default } from './interpreter.ts';
export { hostKeys, probe } from './plan-probe.ts';

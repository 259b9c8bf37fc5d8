/** The worker's workflowsPath: the dynamic workflow that runs every template, the lock, the questions. */

export { ackWatch } from './beginning/ack-watch.ts';
export { breakLock } from './beginning/break-lock.ts';
export { movePool } from './beginning/move-pool.ts';
export { hostKeys, probe, serverStates } from './beginning/plan-probe.ts';
export { environmentLock } from './fleet/environment-lock.ts';
export { runWatch } from './fleet/run-watch.ts';
export { interpreter as default } from './interpreter.ts';

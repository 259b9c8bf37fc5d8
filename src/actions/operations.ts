/** Activities around the actions that are given settings of the project, and which. */
import { defineOperation } from './define.ts';

export const probeServer = defineOperation({ id: 'probeServer', uses: ['balancer'] });
export const preflightServer = defineOperation({
  id: 'preflightServer',
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
});
export const preflightShared = defineOperation({
  id: 'preflightShared',
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
});
export const prefetchServer = defineOperation({
  id: 'prefetchServer',
  uses: ['image', 'runtime'],
});
export const observeServers = defineOperation({
  id: 'observeServers',
  uses: ['health', 'balancer'],
});
export const guardPool = defineOperation({ id: 'guardPool', uses: ['balancer'] });
export const measureOutcome = defineOperation({
  id: 'measureOutcome',
  uses: ['health', 'balancer'],
});
export const finishServer = defineOperation({ id: 'finishServer', uses: ['runtime', 'files'] });

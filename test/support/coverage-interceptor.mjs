/**
 * Sends the sandbox's counters out once, when a run closes. The interceptor of
 * @temporalio/nyc-test-coverage copies the whole map at every activation: a hundred times the work.
 */
import { proxySinks } from '@temporalio/workflow';

const { coverage } = proxySinks();
const CLOSING = [
  'completeWorkflowExecution',
  'failWorkflowExecution',
  'cancelWorkflowExecution',
  'continueAsNewWorkflowExecution',
];

export const interceptors = () => ({
  internals: [
    {
      concludeActivation(input, next) {
        const closes = input.commands.some((command) => CLOSING.some((name) => command[name]));
        const counters = globalThis.__coverage__;
        if (closes && counters) coverage.merge(JSON.parse(JSON.stringify(counters)));
        return next(input);
      },
    },
  ],
});

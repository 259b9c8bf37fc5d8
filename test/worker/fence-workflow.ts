/** A run of one activity, which is begun again where its worker is silent. */
import { proxyActivities } from '@temporalio/workflow';

interface Changes {
  change(): Promise<string>;
}

const { change } = proxyActivities<Changes>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '2 seconds',
  retry: { initialInterval: '10 milliseconds', maximumAttempts: 3 },
});

export const changing = (): Promise<string> => change();

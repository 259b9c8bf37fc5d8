import type { Notification, Notifier } from '../../ports/notifier.ts';
import { PortError } from '../../ports/port-error.ts';

export interface FakeNotifier extends Notifier {
  readonly sent: Notification[];
  /** The next `count` messages are not delivered. */
  failNext(count: number): void;
}

/** Keeps what it was given. Stands for any channel in unit tests. */
export function createFakeNotifier(channel: Notifier['channel']): FakeNotifier {
  const sent: Notification[] = [];
  let failures = 0;
  return {
    channel,
    sent,
    failNext(count) {
      failures = count;
    },
    async notify(message) {
      if (failures > 0) {
        failures -= 1;
        throw new PortError('unreachable', channel, `${channel} did not answer.`, 'Try again.');
      }
      sent.push(message);
      return `fake ${channel}`;
    },
  };
}

/** Sends one message on several channels so that none hides another, and each gets it once. */
import { say } from '../../diagnostics/language.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Notification, Notifier } from '../../ports/notifier.ts';
import type { Ports } from '../../ports/ports.ts';
import { wordsOf } from '../failures.ts';

export interface NotificationPorts extends Pick<Ports, 'notifiers' | 'records' | 'artifacts'> {
  /** The people who hold any of these roles in runsheet.yaml, as it stands now. */
  readonly recipientsOf?: (roles: readonly string[]) => Promise<Notification['recipients']>;
}

export interface Delivery {
  readonly channel: Notifier['channel'];
  /** Who got it; null: it was not delivered. */
  readonly to: string | null;
  /** Why not. */
  readonly reason: string;
}

export interface Sending {
  readonly requestId: string;
  /** Names this message within the run; a second attempt with the same name sends nothing twice. */
  readonly name: string;
  readonly message: Notification;
}

const LONGEST_REASON = 300;

/**
 * A delivered channel leaves a marker in the run's folder, so that a later attempt asks only the
 * others. A worker that dies between the delivery and the marker sends once more: a message twice
 * is better than none.
 */
export async function deliver(
  artifacts: ArtifactStore,
  notifiers: readonly Notifier[],
  sending: Sending,
): Promise<readonly Delivery[]> {
  return Promise.all(notifiers.map((notifier) => deliverTo(artifacts, notifier, sending)));
}

async function deliverTo(
  artifacts: ArtifactStore,
  notifier: Notifier,
  { requestId, name, message }: Sending,
): Promise<Delivery> {
  const { channel } = notifier;
  const marker = `sent/${name}-${channel}.txt`;
  const earlier = await artifacts.read(`artifact:${requestId}/${marker}`);
  if (earlier !== null) return { channel, to: earlier.toString('utf8'), reason: '' };
  let to: string;
  try {
    to = await notifier.notify(message);
  } catch (error) {
    const { zh, en } = wordsOf(error);
    const reason = say(message, zh, en);
    return { channel, to: null, reason: reason.slice(0, LONGEST_REASON) };
  }
  await artifacts.write(requestId, marker, to);
  return { channel, to, reason: '' };
}

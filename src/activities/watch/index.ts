/** The activities of a watch over one run: it waits for its end, and tells people where that was no end. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { say } from '../../diagnostics/language.ts';
import type { Seal } from '../../ports/seal.ts';
import { cancellationOf, here } from '../context.ts';
import type { OfRun, WatchActivities } from '../contract.ts';
import type { DecisionPolicy } from '../local/judge.ts';
import type { DeadRun, TemporalAccess } from '../local/temporal.ts';
import { deliver, type NotificationPorts } from '../notifications/channels.ts';
import { isToldBy, sealWatch } from '../sealing/seal-watch.ts';
import { acknowledge } from './acknowledge.ts';
import { alarmMessage } from './alarm.ts';
import { isLeftInTheMiddle, watchedBy } from './dead-run.ts';

export interface WatchPorts
  extends Pick<NotificationPorts, 'notifiers' | 'artifacts' | 'recipientsOf'> {
  readonly seal: Seal;
  readonly temporal: () => Promise<TemporalAccess>;
  readonly policy: () => Promise<DecisionPolicy>;
  readonly taskQueue: string;
}

export function createWatchActivities(ports: WatchPorts): WatchActivities {
  const { seal, temporal } = ports;
  return {
    async beginWatch(input) {
      const watch = here();
      const by = await watchedBy(await temporal(), watch);
      if (by === null || !(await isToldBy(seal, input, by))) throw notItsRun(input);
      return sealWatch(seal, input.run, watch);
    },
    async awaitRunEnd({ run }) {
      const access = await temporal();
      const by = await watchedBy(access, here());
      if (by === null) return { isLeft: false };
      await access.closed(by, cancellationOf(Context.current()));
      return { isLeft: await isLeftInTheMiddle(access, run, by) };
    },
    alarm: (input) => sendAlarm(ports, input),
    async acknowledgeWatch(input) {
      const asking = { access: await temporal(), policy: await ports.policy() };
      return acknowledge({ ...asking, taskQueue: ports.taskQueue }, input, here());
    },
  };
}

/** Looks once more: another run may have taken the lock meanwhile. */
async function sendAlarm(
  ports: WatchPorts,
  { run, number }: Parameters<WatchActivities['alarm']>[0],
): ReturnType<WatchActivities['alarm']> {
  const access = await ports.temporal();
  const ended = await watchedBy(access, here());
  const isLeft = ended !== null && (await isLeftInTheMiddle(access, run, ended));
  if (!isLeft || ports.notifiers.length === 0) return { isLeft: false, sent: [] };
  const message = alarmMessage({
    run,
    ended,
    found: await access.deadRun(ended).catch(() => UNKNOWN),
    by: (await access.historyOf(ended)).terminated,
    recipients: await recipients(ports, run.environment),
  });
  const sent = await deliver(ports.artifacts, ports.notifiers, {
    requestId: run.requestId,
    name: `ended-${ended.runId}-${number}`,
    message,
  });
  const told = sent.flatMap(({ channel, to }) => (to === null ? [] : [`${channel}: ${to}`]));
  if (told.length > 0) return { isLeft, sent: told };
  const reasons = sent.map(({ channel, reason }) => `${channel}: ${reason}`);
  throw ApplicationFailure.retryable(reasons.join('; '), 'NOT_DELIVERED');
}

const UNKNOWN: DeadRun = { step: null, servers: [] };

/** Those who may act on the environment outside of a run; a file that cannot be read keeps nobody from it. */
async function recipients(
  { policy, recipientsOf }: WatchPorts,
  environment: string,
): Promise<Awaited<ReturnType<NonNullable<WatchPorts['recipientsOf']>>>> {
  try {
    const roles = (await policy()).operators?.[environment] ?? [];
    return (await recipientsOf?.(roles)) ?? [];
  } catch {
    return [];
  }
}

function notItsRun({ run }: OfRun): ApplicationFailure {
  const message = say(
    run,
    '监视只能由它的发布单启动',
    'a watch is started by the run that it watches only',
  );
  return ApplicationFailure.nonRetryable(message, 'WATCH_NOT_YOURS');
}

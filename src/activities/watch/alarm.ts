/** The message that a run was ended while it changed servers: which, where, and what to type. */
import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import type { Notification } from '../../ports/notifier.ts';
import type { Execution } from '../contract.ts';
import type { DeadRun } from '../local/temporal.ts';

/** Servers that are named one by one. */
const MOST_SERVERS = 30;
const LONGEST_REASON = 300;

export interface Alarm {
  readonly run: RunRef;
  /** The execution that was ended. */
  readonly ended: Execution;
  readonly found: DeadRun;
  /** Who has ended it, and why. */
  readonly by: string | null;
  readonly recipients: Notification['recipients'];
}

export function alarmMessage({ run, ended, found, by, recipients }: Alarm): Notification {
  const place = `${run.service}/${run.environment}`;
  const { step, servers } = found;
  const who = by === null || by === '' ? '' : by.slice(0, LONGEST_REASON);
  const more = servers.length - MOST_SERVERS;
  return {
    kind: 'run-ended',
    title: say(
      run,
      `${place}：发布单 ${ended.workflowId} 在更改服务器时被终止`,
      `${place}: the run ${ended.workflowId} was ended while it changed servers`,
    ),
    lines: [
      say(
        run,
        '什么都没有撤销：服务器可能停在一半，也可能不在负载均衡器中。',
        'Nothing was undone: servers may be half changed, or out of the pool.',
      ),
      ...servers.slice(0, MOST_SERVERS).map((each) => serverLine(run, each)),
      ...(more > 0 ? [say(run, `……另外 ${more} 台`, `… and ${more} more`)] : []),
      say(
        run,
        `先查看：runsheet servers ${run.environment}`,
        `Look first: runsheet servers ${run.environment}`,
      ),
      say(
        run,
        `再修复：runsheet repair ${run.service} ${run.environment}`,
        `Then mend it: runsheet repair ${run.service} ${run.environment}`,
      ),
      say(
        run,
        `您来处理、不必再发消息时：runsheet watch ack ${ended.workflowId}`,
        `If you see to it, and need no more of these: runsheet watch ack ${ended.workflowId}`,
      ),
    ],
    fields: [
      { label: say(run, '版本', 'Version'), text: run.version },
      ...(step === null
        ? []
        : [{ label: say(run, '步骤', 'Step'), text: `${step.number} ${step.title}` }]),
      ...(who === '' ? [] : [{ label: say(run, '终止者', 'Ended by'), text: who }]),
      { label: say(run, '请求人', 'Requested by'), text: run.requestedBy },
    ],
    severity: 'failure',
    language: run.language,
    recipients,
  };
}

function serverLine(
  run: RunRef,
  { name, version, pool, doing }: DeadRun['servers'][number],
): string {
  const where = {
    in: say(run, '在负载均衡器中', 'in the pool'),
    out: say(run, '不在负载均衡器中', 'out of the pool'),
    unknown: say(run, '是否在负载均衡器中不明', 'in the pool or not: unknown'),
    none: '',
  }[pool];
  const parts = [version ?? '–', where, doing].filter((each) => each !== '');
  return `${name}: ${parts.join(say(run, '，', ', '))}`;
}

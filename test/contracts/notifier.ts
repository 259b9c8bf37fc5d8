import { describe, expect, it } from 'vitest';
import type { Notification, Notifier } from '../../src/ports/notifier.ts';
import { PortError } from '../../src/ports/port-error.ts';

export function sampleNotification(changes: Partial<Notification> = {}): Notification {
  return {
    kind: 'approval',
    title: '部署 v2.1.0 到 production 等待审批',
    lines: ['请求人：carol', '已跳过步骤 1：CI 已完成'],
    fields: [{ label: '部署版本', text: 'v2.1.0' }],
    request: { workflowId: 'deploy-1', requestId: 'request-1', step: 5 },
    severity: 'info',
    language: 'zh',
    recipients: [{ name: 'Bob', email: 'bob@example.com', slack: 'U0BOB' }],
    ...changes,
  };
}

export interface NotifierCase {
  readonly notifier: Notifier;
  /** Text of everything that arrived at the other end, one entry a message. */
  received(): Promise<readonly string[]>;
  /** From now on the other end does not answer. */
  breakDown(): Promise<void>;
}

/** What every Notifier does. @param make gives one with a world of its own */
export function notifierContract(name: string, make: () => Promise<NotifierCase>): void {
  describe(`notifier: ${name}`, () => {
    it('delivers title, lines and fields, and says who got it', async () => {
      const { notifier, received } = await make();
      expect(await notifier.notify(sampleNotification())).not.toBe('');
      const messages = await received();
      expect(messages).toHaveLength(1);
      for (const text of ['v2.1.0', 'production', '已跳过步骤 1', '部署版本', 'request-1']) {
        expect(messages[0]).toContain(text);
      }
    });

    it('delivers a result without a request', async () => {
      const { notifier, received } = await make();
      const { request: _request, ...result } = sampleNotification({ kind: 'result' });
      await notifier.notify({ ...result, severity: 'failure' });
      expect(await received()).toHaveLength(1);
    });

    it('throws a PortError with a remedy where the other end does not answer', async () => {
      const { notifier, breakDown } = await make();
      await breakDown();
      const error = await notifier.notify(sampleNotification()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PortError);
      expect(error).toMatchObject({ kind: 'unreachable', remedy: expect.stringMatching(/\w/) });
    });
  });
}

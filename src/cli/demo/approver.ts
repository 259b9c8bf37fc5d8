import { confirm, isCancel, select } from '@clack/prompts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { DemoStage } from './stage.ts';

/** The sample's people who may approve a production run; carol, who asked for it, may not. */
const APPROVERS = ['alice', 'bob'] as const;

export interface Approver {
  /** Decides on the run that waits. @returns what was done, one line */
  decide(workflowId: string): Promise<string>;
}

/** A second person: asked at the terminal, or played by the demo where there is none, which it says. */
export function createApprover(
  stage: DemoStage,
  options: { readonly rejects: boolean; readonly terminal: boolean; readonly language: Language },
): Approver {
  const { language, rejects } = options;
  const zh = language === 'zh';
  return {
    async decide(workflowId) {
      const asked = options.terminal && !rejects ? await ask(zh) : null;
      const by = asked?.by ?? APPROVERS[0];
      if (rejects || asked?.approves === false) {
        const comment = zh ? '演示：不在发布窗口内' : 'demo: outside the release window';
        await stage.client.reject(workflowId, { by, comment });
        return zh
          ? `第二个人 ${by} 已拒绝（由演示代为操作）`
          : `${by}, a second person, rejected (played by the demo)`;
      }
      await stage.client.approve(workflowId, { by });
      if (asked !== null) return zh ? `${by} 已批准` : `${by} approved`;
      return zh
        ? `没有终端可以询问：演示以第二个人 ${by} 的身份批准（申请人是 carol）`
        : `no terminal to ask: the demo approved as a second person, ${by} (carol made the request)`;
    },
  };
}

async function ask(zh: boolean): Promise<{ readonly by: string; readonly approves: boolean }> {
  const by = await select({
    message: zh
      ? 'carol 申请部署，需要另一个人批准。以谁的身份决定？'
      : 'carol asked for this run; another person decides. Who are you?',
    options: APPROVERS.map((value) => ({ value, label: value })),
  });
  const approves = await confirm({ message: zh ? '批准？' : 'Approve?' });
  if (isCancel(by) || isCancel(approves)) return { by: APPROVERS[0], approves: false };
  return { by, approves };
}

import type { Language } from '../../diagnostics/diagnostic.ts';
import { askWhich, askYesNo } from '../ask.ts';
import { type Say, sayIn } from '../language.ts';
import type { DemoStage } from './stage.ts';

/** The sample's people who may approve a production run; carol, who requested it, may not. */
const APPROVERS = ['alice', 'bob'] as const;

export interface Approver {
  /** Decides on the waiting run. @returns what was done, one line */
  decide(workflowId: string): Promise<string>;
}

/** A second person: asked at the terminal; without one the demo decides in their name, and says so. */
export function createApprover(
  stage: DemoStage,
  options: { readonly rejects: boolean; readonly terminal: boolean; readonly language: Language },
): Approver {
  const { language, rejects } = options;
  const say = sayIn(language);
  return {
    async decide(workflowId) {
      const asked = options.terminal && !rejects ? await ask(say) : null;
      const by = asked?.by ?? APPROVERS[0];
      if (rejects || asked?.approves === false) {
        const comment = say({
          zh: '演示：不在发布窗口内',
          en: 'demo: outside the release window',
        });
        await stage.client.reject(workflowId, { by, comment });
        if (asked !== null) return say({ zh: `${by} 已拒绝`, en: `${by} rejected it` });
        return say({
          zh: `演示以第二个人 ${by} 的身份拒绝`,
          en: `the demo rejected it as a second person, ${by}`,
        });
      }
      await stage.client.approve(workflowId, { by });
      if (asked !== null) return say({ zh: `${by} 已批准`, en: `${by} approved it` });
      return say({
        zh: `没有终端可以询问：演示以第二个人 ${by} 的身份批准（申请人是 carol）`,
        en: `no terminal to ask: the demo approved it as a second person, ${by} (carol made the request)`,
      });
    },
  };
}

async function ask(say: Say): Promise<{ readonly by: string; readonly approves: boolean }> {
  const interrupted = { zh: '演示已中止', en: 'the demo was stopped' };
  const who = say({
    zh: 'carol 申请部署，须由另一个人审批。以谁的身份决定？',
    en: 'carol requested this run, so someone else has to approve it. Who are you?',
  });
  const by = await askWhich({ message: who, interrupted }, APPROVERS, say);
  const message = say({ zh: '批准吗？', en: 'Approve it?' });
  return { by, approves: await askYesNo({ message, interrupted }, say) };
}

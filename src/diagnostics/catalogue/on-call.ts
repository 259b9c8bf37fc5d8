/** A rollback that begins at once and is approved afterwards. */
import type { Entries } from './entry.ts';

export const ON_CALL = {
  ON_CALL: {
    meaning: {
      zh: '值班人员立即开始回滚、事后审批：只限回滚操作单，只限环境的 on_call 角色。',
      en: 'Somebody on call begins a rollback at once and is approved afterwards: only a rollback, and only the roles under on_call of the environment.',
    },
    messages: {
      begins: {
        severity: 'warning',
        message: {
          zh: '值班：{name}（{role}）立即开始，步骤 {step} 的审批在事后（申请人未签名）',
          en: 'on call: {name} ({role}) begins at once, and step {step} is approved afterwards (requester unsigned)',
        },
      },
      otherSheet: {
        message: {
          zh: '{template} 不是回滚：只有从部署记录回到所保留版本、不构建、也不执行项目自己命令的操作单可以值班开始',
          en: '{template} is no rollback: only a run sheet that goes back to a kept version from the records, builds nothing and runs no command of the project, can begin on call',
        },
        remedy: {
          zh: '请去掉 on_call，等待审批；或用 runsheet rollback',
          en: 'leave on_call out and wait for the approval, or use runsheet rollback',
        },
      },
      approvals: {
        message: {
          zh: '{template} 有 {approvals} 个审批步骤：值班开始的操作单最多一个',
          en: '{template} has {approvals} approval steps: a run sheet that begins on call has one at most',
        },
      },
      changed: {
        message: {
          zh: '值班开始时，请求不能跳过步骤，也不能增加任务',
          en: 'a request that begins on call can neither skip steps nor add tasks',
        },
      },
      nobody: {
        message: {
          zh: '环境 {environment} 没有值班角色',
          en: 'nobody is on call for {environment}',
        },
        remedy: {
          zh: '请在 runsheet.yaml 的环境下写 on_call，例如 on_call: [oncall]；否则等待审批',
          en: 'write on_call at the environment in runsheet.yaml, such as on_call: [oncall]; or wait for the approval',
        },
      },
      notOnCall: {
        message: {
          zh: '申请人 {name} 不是 {environment} 的值班人员（角色：{roles}）；值班人员有：{known}',
          en: '{name}, who asks for the run, is not on call for {environment} (roles: {roles}); these are: {known}',
        },
        remedy: {
          zh: '请由值班人员开始（--requested-by），或去掉 on_call，等待审批',
          en: 'let somebody on call begin it (--requested-by), or leave on_call out and wait for the approval',
        },
      },
    },
  },
} as const satisfies Entries;

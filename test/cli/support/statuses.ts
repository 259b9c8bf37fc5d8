/** Statuses of a run for the views: one that waits, with what a test changes. */
import type { RunStatus, StepState, StepStatus } from '../../../src/workflows/messages.ts';

export const START_MS = Date.UTC(2026, 0, 15, 9, 0, 0);

export function step(
  number: number,
  title: string,
  state: StepState,
  rest: Partial<StepStatus> = {},
): StepStatus {
  const started = state === 'pending' || state === 'not_reached' ? null : START_MS + number * 1000;
  const ended =
    started === null || state === 'running' || state === 'waiting' ? null : started + 1500;
  return {
    number,
    title,
    kind: 'action',
    state,
    startedAtMs: started,
    finishedAtMs: ended,
    note: '',
    criteria: [],
    tasks: [],
    ...rest,
  };
}

/** A run that waits for its approval. */
export function waiting(rest: Partial<RunStatus> = {}): RunStatus {
  return {
    workflowId: 'run-1',
    requestId: 'r',
    templateId: 'deployment_workflow_v1',
    planDigest: `sha256:${'a'.repeat(64)}`,
    service: 'hello',
    environment: 'production',
    version: 'v2.0.0',
    language: 'zh',
    title: '服务发布',
    requestedBy: 'carol',
    outcome: 'running',
    activity: '5 部署审批',
    startedAtMs: START_MS,
    finishedAtMs: null,
    steps: [
      step(1, '代码检查', 'succeeded'),
      step(5, '部署审批', 'waiting'),
      step(6, '服务停止', 'pending'),
    ],
    servers: [{ name: 'app-server-1', version: 'v1.0.0', pool: 'in', doing: '' }],
    preflight: null,
    batch: null,
    approval: {
      step: 5,
      roles: ['tech_lead'],
      quorum: 'any one of them',
      votes: [],
      openedAtMs: START_MS + 5000,
      expiresAtMs: START_MS + 5000 + 24 * 3_600_000,
      delivered: [],
    },
    failure: null,
    rollback: [],
    warnings: [],
    refusals: [],
    withoutServiceMs: 0,
    needsAttention: null,
    ...rest,
  };
}

/** The same run, rolled back after a failure in step 6. */
export function rolledBack(): RunStatus {
  return waiting({
    outcome: 'rolled_back',
    activity: '',
    finishedAtMs: START_MS + 20_000,
    steps: [
      step(1, '代码检查', 'succeeded'),
      step(5, '部署审批', 'rolled_back'),
      step(6, '服务停止', 'failed', {
        note: '还有请求',
        criteria: [
          {
            text: '无活跃连接',
            fact: 'connections.active',
            value: 3,
            threshold: 0,
            comparison: '==',
            unit: 'count',
            passed: false,
            detail: '3 in flight',
          },
        ],
      }),
    ],
    failure: { step: 6, type: 'CRITERION_FAILED', message: '无活跃连接：3' },
    rollback: ['app-server-1 放回负载均衡池'],
    refusals: ['approve carol: SELF_APPROVAL'],
    withoutServiceMs: 2500,
  });
}

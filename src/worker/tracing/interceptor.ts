/** A span for each attempt of an activity, and one for the run when it is reported. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { ActionInput } from '../../plan/run.ts';
import type { Tracing } from './exporter.ts';

const FAILURE_CHARACTERS = 300;
/** Runs whose span has been written: report, notification and record tell of one alike. */
const MOST_REMEMBERED = 1_000;

export function tracingInterceptor(tracing: Tracing): ActivityInterceptorsFactory {
  const reported = new Set<string>();
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const { workflowExecution, activityId, activityType, attempt } = info;
        const runId = workflowExecution?.runId ?? '';
        const told = inputOf(input.args);
        const span = {
          name: told.server === undefined ? activityType : `${activityType} ${told.server}`,
          runId,
          part: `${activityId} ${attempt}`,
          startMs: Date.now(),
          attributes: attributesOf(told, { activityType, attempt }),
        };
        if (told.report !== undefined && told.run !== undefined && !reported.has(runId)) {
          if (reported.size >= MOST_REMEMBERED) reported.clear();
          reported.add(runId);
          const { startedAtMs, durationMs, status } = told.report;
          const { workflowId, templateId } = told.run;
          tracing.record({
            name: `${templateId} ${workflowId}`,
            runId,
            part: '',
            startMs: startedAtMs,
            endMs: startedAtMs + durationMs,
            attributes: { ...attributesOf(told, {}), 'runsheet.outcome': status },
            ...(status !== 'succeeded' && { failure: status }),
          });
        }
        try {
          const result = await next(input);
          tracing.record({ ...span, endMs: Date.now() });
          return result;
        } catch (error) {
          const failure = error instanceof Error ? error.message : String(error);
          tracing.record({
            ...span,
            endMs: Date.now(),
            failure: failure.slice(0, FAILURE_CHARACTERS),
          });
          throw error;
        }
      },
    },
  });
}

type Told = Partial<Pick<ActionInput, 'run' | 'step' | 'server' | 'report'>>;

function inputOf([first]: readonly unknown[]): Told {
  return typeof first === 'object' && first !== null ? first : {};
}

function attributesOf(
  { run, step, server }: Told,
  more: { readonly activityType?: string; readonly attempt?: number },
): Readonly<Record<string, string | number>> {
  const { activityType, attempt } = more;
  return {
    ...(run !== undefined && {
      'runsheet.run': run.workflowId,
      'runsheet.service': run.service,
      'runsheet.environment': run.environment,
      'runsheet.version': run.version,
    }),
    ...(typeof step === 'number' && { 'runsheet.step': step }),
    ...(typeof server === 'string' && { 'runsheet.server': server }),
    ...(activityType !== undefined && { 'temporal.activity_type': activityType }),
    ...(attempt !== undefined && { 'temporal.attempt': attempt }),
  };
}

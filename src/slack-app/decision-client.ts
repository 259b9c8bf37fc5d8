/** The app's questions to runs, through the project's client. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunsheetClient } from '../client.ts';
import type { DecisionClient } from './decide.ts';

export type Runs = Pick<RunsheetClient, 'status' | 'answer' | 'approve' | 'reject'>;

/** A run that does not exist, has ended or asks nothing has no pending approval. */
export function decisionClientOver(runs: Runs): DecisionClient {
  return {
    async pendingApproval(workflowId) {
      try {
        const { requestId, approval, outcome, language } = await runs.status(workflowId);
        if (outcome !== 'running' || approval === null) return null;
        return { requestId, step: approval.step, language };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    async pendingQuestion(workflowId) {
      try {
        const { requestId, questions = [] } = await runs.status(workflowId);
        const question = questions.find(({ kind }) => kind !== 'approval');
        if (question === undefined) return null;
        const { step, openedAtMs, answers } = question;
        return { requestId, step, openedAtMs, words: answers.map(({ word }) => word) };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    answer: (workflowId, message) => runs.answer(workflowId, message),
    approve: (workflowId, message) => runs.approve(workflowId, message),
    reject: (workflowId, message) => runs.reject(workflowId, message),
  };
}

/** What would be too large for Temporal. */
import type { Entries } from './entry.ts';

const FEWER = {
  zh: '每次最多发布 {most} 台，分几次运行',
  en: 'deploy to at most {most} servers at a time, in several runs',
} as const;

export const RUN_SIZE = {
  RUN_TOO_LARGE: {
    meaning: {
      zh: '这次发布会超过 Temporal 的上限：它的历史连同回滚、一个工作流任务要求的活动、同时进行的活动，或请求本身。开始之前就会拒绝，因为到了上限 Temporal 会结束运行，不再回滚。数字是按计划、设置和服务器估算的。',
      en: 'The run would outgrow a limit of Temporal: its history with the rollback, what one workflow task schedules, the activities at the same time, or the request itself. It is refused before anything happens, because Temporal ends a run at its limit and nothing is rolled back. The figure is an estimate from plan, settings and servers.',
    },
    messages: {
      events: {
        message: {
          zh: '这次发布有 {servers} 台服务器，连同回滚约有 {figure} 个历史事件，Temporal 的上限是 {limit}',
          en: 'the run has {servers} servers: with its rollback, its history would have about {figure} events, and the limit of Temporal is {limit}',
        },
        remedy: FEWER,
      },
      historyBytes: {
        message: {
          zh: '这次发布有 {servers} 台服务器，连同回滚的历史约有 {figure}，Temporal 的上限是 {limit}',
          en: 'the run has {servers} servers: with its rollback, its history would have about {figure}, and the limit of Temporal is {limit}',
        },
        remedy: {
          zh: '每次最多发布 {most} 台，分几次运行；或减小 runsheet.yaml 中的 files、container 和 runtime，每台服务器的每个操作都会记录它们',
          en: 'deploy to at most {most} servers at a time, in several runs; or make files, container and runtime in runsheet.yaml smaller, which are kept with each action on each server',
        },
      },
      messageBytes: {
        message: {
          zh: '这次发布同时在许多服务器上操作，一条消息约有 {figure}，Temporal 的上限是 {limit}（共 {servers} 台）',
          en: 'the run works on so many of its {servers} servers at once that one message would have about {figure}, and the limit of Temporal is {limit}',
        },
        remedy: {
          zh: '请分批（--batches 25%），或每次最多发布 {most} 台',
          en: 'deploy in batches (--batches 25%), or to at most {most} servers at a time',
        },
      },
      activities: {
        message: {
          zh: '这次发布有 {servers} 台服务器，会有 {figure} 个活动同时进行，Temporal 的上限是 {limit}',
          en: 'the run has {servers} servers: {figure} activities would run at the same time, and the limit of Temporal is {limit}',
        },
        remedy: FEWER,
      },
      valueBytes: {
        message: {
          zh: '请求连同计划和设置约有 {figure}，Temporal 的上限是 {limit}',
          en: 'the request with its plan and settings has about {figure}, and the limit of Temporal is {limit}',
        },
        remedy: {
          zh: '请缩短参数、操作单或 runsheet.yaml 中的 files 和 container',
          en: 'shorten the parameters, the run sheet, or files and container in runsheet.yaml',
        },
      },
      environment: {
        message: {
          zh: '{environment} 有 {servers} 台服务器，一次发布最多 {most} 台',
          en: '{environment} has {servers} servers, and one run can have at most {most}',
        },
        remedy: {
          zh: '分几次运行，每次最多 {most} 台',
          en: 'deploy in several runs of at most {most} servers each',
        },
        severity: 'warning',
      },
    },
  },
} as const satisfies Entries;

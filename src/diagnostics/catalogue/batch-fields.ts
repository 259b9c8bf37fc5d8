/** What can be wrong with batches and what belongs to them, in a run sheet or a request. */
import type { Sentence } from './entry.ts';

/** The five values, whoever writes them. */
const SIZES = {
  expected: '1 | 25% | [1, 10%, 50%]',
  remedy: {
    zh: '请写台数、百分数，或依次各批的大小，例如 25%、[1, 10%, 50%]',
    en: 'write a number of servers, a percentage, or the sizes in turn, for example 25% or [1, 10%, 50%]',
  },
} as const;
const PERCENTAGE = {
  expected: '0% … 99%',
  remedy: {
    zh: '请写负载均衡池中至少留下的百分数，例如 50%',
    en: 'write the percentage of servers that stays in the pool, for example 50%',
  },
} as const;

const VALUES = {
  batchSize: {
    message: { zh: '「{text}」不是批次的大小', en: '"{text}" is not the size of a batch' },
    ...SIZES,
  },
  batchPercentage: {
    message: {
      zh: '批次「{text}」不在 0% 与 100% 之间',
      en: 'the batch size "{text}" is not between 0% and 100%',
    },
    ...SIZES,
  },
  emptyBatch: {
    message: { zh: '一批至少要有一台服务器', en: 'a batch has at least one server' },
    ...SIZES,
  },
  tooManySizes: {
    message: { zh: '批次最多 {limit} 个', en: 'there can be at most {limit} batch sizes' },
    ...SIZES,
  },
  sizeAfterAll: {
    message: {
      zh: '「全部」之后不再有服务器，后面的批次没有意义',
      en: 'a batch of all servers leaves none for the next batch',
    },
    ...SIZES,
  },
  batchDuration: {
    message: { zh: '「{text}」不是时长', en: '"{text}" is not a duration' },
    expected: { zh: '30秒 | 1分钟', en: '30 s | 1 minute' },
    remedy: { zh: '例如：30秒、1分钟', en: 'write, for example: 30 s, 1 minute' },
  },
  failureBudget: {
    message: { zh: '「{text}」不是服务器的台数', en: '"{text}" is not a number of servers' },
    expected: '1',
    remedy: {
      zh: '请写允许失败的服务器台数，例如 1',
      en: 'write how many servers may fail, for example 1',
    },
  },
  minimumInPool: {
    message: { zh: '「{text}」不是百分数', en: '"{text}" is not a percentage' },
    ...PERCENTAGE,
  },
  wholePool: {
    message: {
      zh: '最少在线为 100% 时，服务器都不能摘除，什么也不能部署',
      en: 'with a minimum of 100% no server may leave the pool, so nothing can be deployed',
    },
    ...PERCENTAGE,
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** Where they are written in a run sheet. */
const PLACEMENT = {
  batchLabelTwice: {
    message: {
      zh: '「{label}」在文档中出现了两次（步骤 {step} 已有）',
      en: '"{label}" appears twice in the document: step {step} already has it',
    },
    expected: '{heading}',
    remedy: {
      zh: '一份操作单只有一组分批的步骤：请删去其中一个',
      en: 'a run sheet has one group of steps that runs in batches: remove one of the two',
    },
  },
  batchValueBelow: {
    message: {
      zh: '「{label}」的值应写在同一行',
      en: 'the value of "{label}" goes on the same line',
    },
    expected: '**{label}**: {value}',
    remedy: {
      zh: '请写成「**{label}**: {value}」',
      en: 'write "**{label}**: {value}"',
    },
  },
  batchValueMissing: {
    message: { zh: '「{label}」没有值', en: '"{label}" has no value' },
  },
  withoutBatches: {
    message: {
      zh: '有「{label}」，但没有「批次」：所有服务器同时进行',
      en: 'there is "{label}" but no "Batches": all servers are deployed to at once',
    },
    expected: { zh: '**批次**: 25%', en: '**Batches**: 25%' },
    remedy: {
      zh: '请在这一步加上「**批次**: 25%」',
      en: 'add "**Batches**: 25%" to this step',
    },
  },
  awayFromBatches: {
    message: {
      zh: '「{label}」不在写有「批次」的步骤 {step} 上',
      en: '"{label}" is not on step {step}, where "Batches" is',
    },
    expected: '{heading}',
    remedy: { zh: '请把它移到步骤 {step}', en: 'move it to step {step}' },
  },
  batchesChangeNothing: {
    message: {
      zh: '步骤 {step} 不更改服务器，不能分批',
      en: 'step {step} changes no server, so it cannot run in batches',
    },
    expected: '{heading}',
    remedy: {
      zh: '请把它移到第一个更改服务器的步骤 {first}',
      en: 'move it to step {first}, the first that changes servers',
    },
  },
  nothingToBatch: {
    message: {
      zh: '没有步骤更改服务器，不能分批',
      en: 'no step changes servers, so nothing can run in batches',
    },
    remedy: { zh: '请删去这一行', en: 'remove this line' },
  },
  pointlessAtOnce: {
    message: {
      zh: '所有服务器同时进行时，「{label}」没有意义',
      en: '"{label}" has no effect when all servers are deployed to at once',
    },
    expected: '**{batches}**: 25%',
    remedy: {
      zh: '请写小于 100% 的批次，或删去这一行',
      en: 'write batches of less than 100%, or remove this line',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** Why a group of steps cannot run batch by batch. */
const GROUPS = {
  approvalInBatches: {
    message: {
      zh: '步骤 {step} 是审批，而{steps} 分批进行，每一批都会等人',
      en: 'step {step} is an approval among what runs batch by batch ({steps}): people would be asked for each batch',
    },
    expected: '[action] | [parallel]',
    remedy: { zh: '请把它移到步骤 {from} 之前', en: 'move it before step {from}' },
  },
  decisionInBatches: {
    message: {
      zh: '步骤 {step} 是判断，而{steps} 分批进行，不能逐批改变流程',
      en: 'step {step} is a decision among what runs batch by batch ({steps}), and cannot differ from batch to batch',
    },
    expected: '[action] | [parallel]',
    remedy: { zh: '请把它移到步骤 {from} 之前', en: 'move it before step {from}' },
  },
  neverDrained: {
    message: {
      zh: '{steps} 没有「从负载均衡器移除」：一批服务器会在流量中停止',
      en: 'no server is taken out of the load balancer in {steps}: a batch would be stopped under traffic',
    },
    expected: { zh: '从负载均衡器移除', en: 'Remove it from the load balancer' },
    remedy: {
      zh: '请在步骤 {from} 加上「从负载均衡器移除」',
      en: 'add "Remove it from the load balancer" to step {from}',
    },
  },
  drainedBefore: {
    message: {
      zh: '{steps} 没有「从负载均衡器移除」：它在分批之外的步骤 {drain}',
      en: 'no server is taken out of the load balancer in {steps}: step {drain} does that, outside the batches',
    },
    expected: { zh: '从负载均衡器移除', en: 'Remove it from the load balancer' },
    remedy: {
      zh: '请让批次从步骤 {drain} 开始',
      en: 'let the batches begin at step {drain}',
    },
  },
  neverPutBack: {
    message: {
      zh: '{steps} 没有在最后「将服务器重新加入负载均衡池」：下一批开始时，这一批还没有恢复服务',
      en: 'the servers are not put back into the pool in {steps}: a batch would not serve again before the next one begins',
    },
    expected: {
      zh: '将服务器重新加入负载均衡池',
      en: 'Put the servers back into the load balancer pool',
    },
    remedy: {
      zh: '请在其后的步骤中加上「将服务器重新加入负载均衡池」',
      en: 'add "Put the servers back into the load balancer pool" to a later step',
    },
  },
  jumpIntoBatches: {
    message: {
      zh: '步骤 {step} 进入步骤 {target}，是分批进行的{steps} 的中间',
      en: 'step {step} goes to step {target}, in the middle of what runs batch by batch ({steps})',
    },
    expected: '{from}',
    remedy: {
      zh: '请进入步骤 {from}，或步骤 {to} 之后的步骤',
      en: 'go to step {from}, or to a step after step {to}',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const BATCH_FIELDS = { ...VALUES, ...PLACEMENT, ...GROUPS };

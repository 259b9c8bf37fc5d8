/** What batches mean for a run: whether they can be kept, and whether anybody serves meanwhile. */
import type { Entries } from './entry.ts';

/** Not even one server may leave the pool. */
const WHOLE_POOL = {
  message: {
    zh: '{environment} 的负载均衡池有 {pool}，{setting}要求全部留下；这次发布会同时摘除 {largest} 台',
    en: 'the pool of {environment} has {pool}; {setting} keeps all of them in it, and this run takes out {largest} at once',
  },
  expected: '0',
} as const;

export const BATCHES = {
  NO_SERVICE_BETWEEN: {
    meaning: {
      zh: '所有服务器同时停止，其间没有服务器应答。内置负载均衡器会在此期间保留请求，真实的负载均衡器会返回 503。',
      en: 'All servers are stopped at the same time, and none answers until they are back. The embedded load balancer holds requests meanwhile; a real one answers 503.',
    },
    messages: {
      inTemplate: {
        message: {
          zh: '所有服务器同时停止：从步骤 {from} 到{until}都没有服务器提供服务',
          en: 'all servers are stopped at the same time: from step {from} to {until} no server answers',
        },
        remedy: {
          zh: '要保持服务，请分批：在步骤 {from} 写「**批次**: 25%」，运行时写 --batches 1（请求中的「批次: 1」），或在 runsheet.yaml 的环境下写 rolling',
          en: 'to keep serving, deploy in batches: write "**Batches**: 25%" on step {from}, start with --batches 1 ("batches": 1 in the request), or set rolling for the environment in runsheet.yaml',
        },
        severity: 'warning',
      },
      withoutPoolInTemplate: {
        message: {
          zh: '所有服务器同时停止，也没有负载均衡：从步骤 {from} 到{until}服务在任何服务器上都不工作',
          en: 'all servers are stopped at the same time, with no load balancer in front of them: from step {from} to {until} the service works on none',
        },
        remedy: {
          zh: '有多台服务器时，分批可让其他服务器继续工作：在步骤 {from} 写「**批次**: 25%」，运行时写 --batches 1（请求中的「批次: 1」），或在 runsheet.yaml 的环境下写 rolling',
          en: 'with several servers, batches let the others go on: write "**Batches**: 25%" on step {from}, start with --batches 1 ("batches": 1 in the request), or set rolling for the environment in runsheet.yaml',
        },
        severity: 'warning',
      },
      inSomeEnvironments: {
        message: {
          zh: '所有服务器同时停止：从步骤 {from} 到{until}都没有服务器提供服务（{rolling} 除外：runsheet.yaml 让它们分批）',
          en: 'all servers are stopped at the same time: from step {from} to {until} no server answers (except in {rolling}, for which runsheet.yaml has batches)',
        },
        remedy: {
          zh: '要保持服务，请分批：在步骤 {from} 写「**批次**: 25%」，运行时写 --batches 1（请求中的「批次: 1」），或在 runsheet.yaml 的环境下写 rolling',
          en: 'to keep serving, deploy in batches: write "**Batches**: 25%" on step {from}, start with --batches 1 ("batches": 1 in the request), or set rolling for the environment in runsheet.yaml',
        },
        severity: 'warning',
      },
      inRun: {
        message: {
          zh: '{environment}所有服务器同时停止：从步骤 {from} 到{until}都没有服务器提供服务',
          en: '{environment}all servers are stopped at the same time: from step {from} to {until} no server answers',
        },
        remedy: {
          zh: '要保持服务，请分批：--batches 1（请求中的「批次: 1」）；不分批时，内置负载均衡器会保留请求，真实的负载均衡器会返回 503',
          en: 'to keep serving, deploy in batches: --batches 1 ("batches": 1 in the request); without them the embedded load balancer holds requests, and a real one answers 503',
        },
        severity: 'warning',
      },
      inRunWithOneServer: {
        message: {
          zh: '{environment}唯一的服务器会停止：从步骤 {from} 到{until}都没有服务器提供服务',
          en: '{environment}the only server is stopped: from step {from} to {until} no server answers',
        },
        remedy: {
          zh: '只有一台服务器，分批也不能保持服务：请增加服务器。其间内置负载均衡器会保留请求，真实的负载均衡器会返回 503',
          en: 'add a server: with one, batches cannot keep it serving. Meanwhile the embedded load balancer holds requests, and a real one answers 503',
        },
        severity: 'warning',
      },
      withoutPool: {
        message: {
          zh: '{environment}{servers}停止，没有负载均衡代替它接收请求：从步骤 {from} 到{until}服务在那里不工作',
          en: '{environment}{servers}, with no load balancer to send requests elsewhere: from step {from} to {until} the service does not work there',
        },
        remedy: {
          zh: '其间的请求会被拒绝，队列中的消息会等待：请选择影响最小的时间；有多台服务器时，可分批（--batches 1）让其他服务器继续工作',
          en: 'requests are refused meanwhile, and messages wait in their queue: choose a quiet time; with several servers, batches (--batches 1) let the others go on',
        },
        severity: 'warning',
      },
    },
  },
  ROLLING_UNSATISFIABLE: {
    meaning: {
      zh: '这次发布的服务器不能满足批次、最少在线或允许失败台数。在开始之前就会拒绝。',
      en: 'The servers of the run cannot keep to the batches, the minimum in pool or the failure budget. The run is refused before anything happens.',
    },
    messages: {
      failureBudget: {
        message: {
          zh: '允许失败 {budget} 台，而这次发布只有 {servers}：全部失败也算成功',
          en: 'the failure budget is {budget} and the run has {servers}: it would succeed even if all of them failed',
        },
        expected: '0 … {most}',
        remedy: {
          zh: '最多写 {most}：--failure-budget {most}',
          en: 'set it to at most {most}: --failure-budget {most}',
        },
      },
      batchTooLarge: {
        message: {
          zh: '{environment} 的负载均衡池有 {pool}，{setting}要求留下 {kept} 台，最多摘除 {mayLeave} 台；这次发布会同时摘除 {largest} 台',
          en: 'the pool of {environment} has {pool}; {setting} keeps {kept} of them in it, so at most {mayLeave} may leave at a time, and this run takes out {largest} at once',
        },
        expected: '<= {mayLeave}',
        remedy: {
          zh: '请写每批最多 {mayLeave} 台：--batches {mayLeave}',
          en: 'let a batch have at most {mayLeave}: --batches {mayLeave}',
        },
      },
      projectMinimumTooHigh: {
        ...WHOLE_POOL,
        remedy: {
          zh: '没有可行的批次：请把 runsheet.yaml 的 balancer.floor 降到不超过 {most}%，或增加服务器',
          en: 'no batch works: lower balancer.floor in runsheet.yaml to at most {most}%, or add a server',
        },
      },
      minimumTooHigh: {
        ...WHOLE_POOL,
        remedy: {
          zh: '没有可行的批次：每批 1 台时，最少在线最高 {most}%：--batches 1 --minimum-in-pool {most}%',
          en: 'no batch works: with one server at a time the minimum in pool is at most {most}%: --batches 1 --minimum-in-pool {most}%',
        },
      },
      minimumOfOneServer: {
        ...WHOLE_POOL,
        remedy: {
          zh: '池中只有一台服务器，任何批次都不可行：--batches all（所有服务器同时），或增加服务器',
          en: 'with one server in the pool no batch works: deploy to all servers at once with --batches all, or add a server',
        },
      },
      minimumWithoutPool: {
        message: {
          zh: '最少在线（{percent}%）要求有负载均衡，而这个项目没有（balancer.kind: {kind}）',
          en: 'the minimum in pool ({percent}%) takes a load balancer, and this project has none (balancer.kind: {kind})',
        },
        remedy: {
          zh: '请删去最少在线；每批的台数由「批次」决定',
          en: 'remove the minimum in pool; how many servers stop at a time is what the batches say',
        },
      },
      notThisTemplate: {
        message: {
          zh: 'runsheet.yaml 让这个环境分批，但这个模板不能：{reason}',
          en: 'runsheet.yaml has batches for this environment, but this template cannot run in batches: {reason}',
        },
        remedy: {
          zh: '{remedy}；或在请求中写「批次: 全部」（--batches all）',
          en: '{remedy}; or ask for all servers at once: --batches all ("batches": "all" in the request)',
        },
      },
    },
  },
  ROLLING_CHANGED: {
    meaning: {
      zh: '请求改变了模板或项目的批次设置。批准的人会看到。',
      en: 'The request changes the batches of the template or the project. Those who approve see it.',
    },
    messages: {
      allAtOnce: {
        message: {
          zh: '请求要求所有服务器同时进行：「{settings}」不生效',
          en: 'the request deploys to all servers at once, in place of "{settings}"',
        },
        severity: 'warning',
      },
      setting: {
        message: {
          zh: '请求改变了批次的设置：「{was}」改为「{now}」',
          en: 'the request changes the batches: "{was}" becomes "{now}"',
        },
        severity: 'warning',
      },
    },
  },
  ROLLING_SHADOWED: {
    meaning: {
      zh: '模板有一个参数与批次的设置同名，值给了参数。',
      en: 'The template has a parameter with the name of a batch setting, and the value went to the parameter.',
    },
    messages: {
      parameter: {
        message: {
          zh: '「{name}」是这个模板的参数：值给了参数，不是批次的设置',
          en: '"{name}" is a parameter of this template: the value goes to it, and not to the batches',
        },
        remedy: {
          zh: '批次的设置请写在 overrides 或「但修改」下，或用 --batches 等选项',
          en: 'set the batches under overrides, under "with changes", or with options such as --batches',
        },
        severity: 'hint',
      },
    },
  },
} as const satisfies Entries;

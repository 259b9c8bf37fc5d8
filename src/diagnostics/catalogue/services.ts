/** A service on its servers and in the pool: what it was to do there, and did not. */
import type { Entries } from './entry.ts';

const LOOK = { zh: '请查看新版本的日志', en: 'look at the output of the new version' } as const;

const REACHED = {
  zh: '请检查负载均衡到该服务器服务端口的连通与健康检查',
  en: 'check that the balancer reaches the service port of this server, and its health check',
} as const;

const TEMPLATE = {
  zh: '请检查 runsheet.yaml 的 files.template',
  en: 'check files.template in runsheet.yaml',
} as const;

export const SERVICES = {
  BAD_CONFIGURATION: {
    meaning: {
      zh: '配置文件的模板不存在，或其中的占位符没有值。',
      en: 'The template of a configuration file does not exist, or a placeholder has no value.',
    },
    messages: {
      noValue: {
        message: {
          zh: '{place} 中的 {placeholder} 没有值；已知的名称：{known}',
          en: 'in {place}, {placeholder} has no value; known names: {known}',
        },
        remedy: {
          zh: '请在 runsheet.yaml 的 files.values 中加上它，或用 $${ 表示字面的 ${',
          en: 'add it under files.values in runsheet.yaml, or write $${ for a literal ${',
        },
      },
      noTemplate: {
        message: {
          zh: '{version} 的源代码中没有 {name}',
          en: 'the source of {version} has no {name}',
        },
        remedy: TEMPLATE,
      },
    },
  },
  SERVICE_NOT_READY: {
    meaning: {
      zh: '服务启动后，在时限内没有就绪。',
      en: 'The service was not ready in time after its start.',
    },
    messages: {
      late: {
        message: {
          zh: '{server} 上的服务 {seconds} 秒内未就绪，{url} 最后一次应答：{answer}',
          en: 'the service on {server} was not ready within {seconds}s, last answer of {url}: {answer}',
        },
        remedy: {
          zh: '请查看该服务的日志，或调整 health.ready',
          en: 'look at the output of the service, or change health.ready',
        },
      },
    },
  },
  SERVICE_EXITED: {
    meaning: {
      zh: '服务启动后自己退出了。',
      en: 'The service ended by itself after its start.',
    },
    messages: {
      exited: {
        message: {
          zh: '{server} 上的服务启动后已退出，最后一次应答：{answer}；它最后的输出：{shown}',
          en: 'the service on {server} has exited after its start, last answer: {answer}; the last lines of its output: {shown}',
        },
        remedy: { zh: '请修正后再部署', en: 'correct it and deploy again' },
      },
    },
  },
  POOL_NOT_SERVING: {
    meaning: {
      zh: '服务器加入负载均衡池后，没有经负载均衡正常应答；它已再次移出。',
      en: 'A server that was put into the pool did not answer through the balancer; it is out of the pool again.',
    },
    messages: {
      own: {
        message: {
          zh: '{server} 在 {seconds} 秒内未能经负载均衡应答 {wanted} 次（{answers} 次，状态：{state}）',
          en: 'the server {server} did not give {wanted} answers through the balancer within {seconds}s ({answers}; state {state})',
        },
        remedy: REACHED,
      },
      pool: {
        message: {
          zh: '{server} 加入后 {seconds} 秒内，经负载均衡未能连续 {wanted} 个请求正常（{answers} 个，状态：{state}）',
          en: 'with {server} in the pool, {wanted} requests in a row were not served through the balancer within {seconds}s ({answers}; state {state})',
        },
        remedy: REACHED,
      },
    },
  },
  POOL_FLOOR: {
    meaning: {
      zh: '再摘除一台服务器，在线的服务器就会少于最少在线。',
      en: 'Taking one more server out would leave fewer in the pool than the minimum.',
    },
    messages: {
      floor: {
        message: {
          zh: '{server} 未移出池 {pool}：{all} 台中至少要有 {least} 台（{percent}%）在线，现有 {serving} 台；不在线：{others}',
          en: 'the server {server} stays in the pool {pool}: at least {least} of {all} servers ({percent}%) must serve, now {serving} do; out of service: {others}',
        },
        remedy: {
          zh: '请先恢复其他服务器、减小批次，或调低 balancer.floor',
          en: 'bring the others back first, take smaller batches, or lower balancer.floor',
        },
      },
      byHand: {
        message: {
          zh: '{server} 未移出池 {pool}：{all} 台中至少要有 {least} 台在线，没有它就只剩 {left} 台；其他不在线的：{others}',
          en: 'the server {server} stays in the pool {pool}: at least {least} of its {all} servers must serve, and without this one {left} would; others out of service: {others}',
        },
        remedy: {
          zh: '请先恢复另一台（`runsheet pool in`），或调低 balancer.floor',
          en: 'bring another one back first (`runsheet pool in`), or lower balancer.floor',
        },
      },
      last: {
        message: {
          zh: '{server} 未移出池 {pool}：没有它就没有服务器在线；其他不在线的：{others}',
          en: 'the server {server} stays in the pool {pool}: without it nothing would serve; others out of service: {others}',
        },
        remedy: {
          zh: '请先恢复另一台（`runsheet pool in`）',
          en: 'bring another one back first (`runsheet pool in`)',
        },
      },
    },
  },
  CANARY_UNHEALTHY: {
    meaning: {
      zh: '观察第一批时，新版本不健康。',
      en: 'The new version was not healthy while its first batch was observed.',
    },
    messages: {
      errors: {
        message: {
          zh: '金丝雀批次 {servers}：{requests} 个请求中 {errors} 个失败（{rate}%，上限 {limit}%）',
          en: 'canary {servers}: {errors} of {requests} requests failed ({rate}%, limit {limit}%)',
        },
        remedy: LOOK,
      },
      health: {
        message: {
          zh: '{server} 在观察期内健康检查连续 {count} 次失败（{answer}）',
          en: 'on {server}, {count} health checks in a row failed while it was observed ({answer})',
        },
        remedy: LOOK,
      },
    },
  },
} as const satisfies Entries;

/** What the load balancer of a run cannot tell, and what stands for it. Pure. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import { sayIn } from '../language.ts';

type Capability = keyof BalancerSettings['capabilities'];

const SENTENCES: Readonly<Record<Capability, Localized>> = {
  pool: {
    zh: '没有负载均衡：不会摘除或挂载服务器，由停止服务本身排空；更改期间请求仍会到达它们',
    en: "no load balancer: no server leaves or joins a pool, and the service's own stop drains; requests still reach servers that are being changed",
  },
  health: {
    zh: '服务器是否健康：池中的每一台都视为在线',
    en: 'whether a server is healthy: every server in the pool counts as serving',
  },
  inFlight: {
    zh: '进行中的请求数：等待会用满时限，剩余多少不会被测量',
    en: 'requests in flight: a wait for them takes its whole limit, and what remains is not measured',
  },
  counters: {
    zh: '各服务器的请求数与错误数：流量不会被测量，最后的错误率取自 Runsheet 经它发送的请求',
    en: 'requests and errors of each server: traffic is not measured, and the final error rate is that of requests that Runsheet sends through it',
  },
  responseTimes: {
    zh: '响应时间：最后的响应时间取自 Runsheet 经它发送的请求',
    en: 'response times: the final ones are those of requests that Runsheet sends through it',
  },
  weights: {
    zh: '权重：不能设置，负载是否均匀不会被测量',
    en: 'weights: they cannot be set, and how even the load is is not measured',
  },
  routes: { zh: '路由：不能设置', en: 'routes: they cannot be set' },
  reload: {
    zh: '重启：若因此忘记了哪些服务器已摘除，不会被发现',
    en: 'restarts: if one makes it forget which servers are out, that goes unnoticed',
  },
};

/** What it cannot tell, as a program reads it. */
export interface Untold extends Localized {
  readonly capability: Capability;
}

/** Without a pool nothing else is worth a word. */
export function untold({ capabilities }: BalancerSettings): readonly Untold[] {
  const missing = (Object.keys(SENTENCES) as Capability[]).filter((each) => {
    const can = capabilities[each];
    return can === false || can === 'undetected';
  });
  const told = capabilities.pool ? missing : missing.filter((each) => each === 'pool');
  return told.map((capability) => ({ capability, ...SENTENCES[capability] }));
}

/** The section of the plan about it; nothing if the load balancer tells everything. */
export function balancerLines(balancer: BalancerSettings, language: Language): readonly string[] {
  const lines = untold(balancer);
  if (lines.length === 0) return [];
  if (!balancer.capabilities.pool) return lines.map((each) => each[language]);
  const heading = sayIn(language)({
    zh: `负载均衡（${balancer.kind}）无法告知：`,
    en: `The load balancer (${balancer.kind}) cannot tell:`,
  });
  return [heading, ...lines.map((each) => `  ${each[language]}`)];
}

/** Whether requests through the balancer reach every server, as evenly as their weights say. */
import type { verifyTraffic } from '../../actions/run/traffic.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { readBaseline } from './baseline.ts';
import { type OfRun, reading, type ServerPorts } from './context.ts';
import { enterPool } from './enter.ts';
import { poolMannerOf } from './manner.ts';
import { findServer, isServing, poolState } from './pool-state.ts';
import { type Answer, askPool, describeAnswer, isServed } from './requests.ts';
import type { PoolSettings } from './serving.ts';
import { allReceive, countOf, deviationOf, type ServerCount } from './spread.ts';

type TrafficWork = WorkOf<typeof verifyTraffic>;

/** Requests that are open at once: enough to be quick, too few to be load. */
const CONCURRENCY = 4;
const MAXIMUM_REQUESTS = 10_000;
/** Fewer than these for each server of the pool would say nothing of how even the traffic is. */
const LEAST_EACH = 5;
const MOST_COUNTS = 3;

/**
 * traffic.verify: requests through the balancer, counted by its own counters for each server (so
 * customers' requests count too). Servers in an operator's maint are left out and named; one that
 * this run put in and that is out again is put in again first.
 */
export async function countTraffic(
  ports: ServerPorts,
  input: TrafficWork,
  settings: PoolSettings,
): Promise<OutcomeOf<typeof verifyTraffic>> {
  const again = await setRight(ports, input, settings);
  const { before, after, answers, unanswered } = await sendAndCount(ports, input, settings);
  const taking = input.servers.filter((name) => findServer(after, name)?.admin !== 'maint');
  const counts = taking.map((name) => countOf(name, before, after));
  const failed = answers.filter((each) => !isServed(each));
  const spread = spreadLine(input, counts);
  const lines = [
    say(
      input.run,
      `经负载均衡发送 ${answers.length} 个请求，失败 ${failed.length} 个；各服务器：${spread}`,
      `${countedEn(answers.length, 'request')} through the balancer, ${failed.length} failed; by server: ${spread}`,
    ),
    ...again,
    ...queueLine(input, unanswered),
    ...headerLine(input, answers),
    ...maintLine(input, taking),
    ...failed.slice(0, 1).map((each) => describeAnswer(input, each)),
  ];
  const all = failed.length > 0 ? false : allReceive(counts);
  const deviation = deviationOf(counts);
  const detail = deviationLine(input, counts, deviation);
  const samples = answers.length;
  return {
    facts: {
      'traffic.all_receive': all === null ? null : reading(all, lines.join('; '), samples),
      'traffic.deviation': deviation === null ? null : reading(deviation, detail, samples),
    },
    evidence: [...lines, detail, ...(all === null ? [uncountedLine(input)] : [])],
  };
}

/** A balancer that started anew may have lost what this run set. @returns lines of evidence */
async function setRight(
  ports: ServerPorts,
  input: TrafficWork,
  settings: PoolSettings,
): Promise<readonly string[]> {
  const state = await poolState(ports, settings.balancer);
  const lines: string[] = [];
  for (const server of input.servers) {
    const now = findServer(state, server);
    if (now === null || now.admin !== 'drain') continue;
    const isOurs = (await readBaseline(ports, { ...input, server })) !== null;
    if (!isOurs && ports.notes.wanted(input.run.requestId, server) !== 'in') continue;
    const line = await enterPool(ports, { ...input, server }, settings);
    lines.push(
      say(input.run, `${server} 曾被移出，已重新加入：${line}`, `${server} was out again: ${line}`),
    );
  }
  return lines;
}

/**
 * Counted again where the balancer started anew in between, since its counters begin at 0; and once
 * more where all that failed is that some requests had no answer in time: what a balancer held while
 * nobody served comes all at once when the servers are back, and ours wait behind it.
 */
async function sendAndCount(
  ports: ServerPorts,
  input: OfRun,
  settings: PoolSettings,
): Promise<{
  readonly before: PoolState;
  readonly after: PoolState;
  readonly answers: readonly Answer[];
  /** Of the first time, where it was done once more for their sake. */
  readonly unanswered: number;
}> {
  const { balancer } = settings;
  let unanswered = 0;
  for (let attempt = 1; ; attempt += 1) {
    const before = await poolState(ports, balancer);
    const takers = before.servers.filter(isServing).length;
    const count = Math.max(balancer.verify.requests, takers * LEAST_EACH);
    const answers = await sendThroughBalancer(ports, input, settings, count);
    const after = await poolState(ports, balancer);
    const isSame = after.process === before.process;
    if (isSame && unanswered === 0 && attempt < MOST_COUNTS) {
      unanswered = onlyUnanswered(answers);
      if (unanswered > 0) continue;
    }
    if (isSame || attempt === MOST_COUNTS) return { before, after, answers, unanswered };
  }
}

/** How many had no answer; 0 where others failed in another way, or none was answered at all. */
function onlyUnanswered(answers: readonly Answer[]): number {
  const silent = answers.filter(({ kind }) => kind === 'failed').length;
  const failed = answers.filter((each) => !isServed(each)).length;
  return silent === failed && silent < answers.length ? silent : 0;
}

function queueLine(input: TrafficWork, unanswered: number): readonly string[] {
  if (unanswered === 0) return [];
  return [
    say(
      input.run,
      `第一次有 ${unanswered} 个请求未及时得到应答，因此又发送了一次`,
      `the first time ${unanswered} had no answer in time, so they were sent once more`,
    ),
  ];
}

/**
 * Sends requests through the pool, a few at once.
 * @param atOnce few, where it is measured how long each takes: more would wait for each other here
 * @returns every answer
 */
export async function sendThroughBalancer(
  ports: ServerPorts,
  input: OfRun,
  settings: PoolSettings,
  requests: number,
  atOnce = CONCURRENCY,
): Promise<readonly Answer[]> {
  const { pool, verify } = settings.balancer;
  const url = `${await ports.balancer.url(pool)}${verify.path}`;
  const manner = await poolMannerOf(ports, input, settings);
  const answers: Answer[] = [];
  const count = Math.min(Math.max(0, requests), MAXIMUM_REQUESTS);
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      answers.push(await askPool(ports.http, url, manner, { 'x-runsheet-probe': '1' }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return answers;
}

function spreadLine(input: TrafficWork, counts: readonly ServerCount[]): string {
  if (counts.some((each) => each.counters === null)) return say(input.run, '未统计', 'not counted');
  return counts.map((each) => `${each.name} ${each.counters?.requests}`).join(', ') || '-';
}

/** The last line, which a criterion that is not measured gives as the reason. */
function uncountedLine(input: TrafficWork): string {
  return say(
    input.run,
    '负载均衡不统计各服务器的请求：哪些服务器接收了流量未测量',
    'the load balancer does not count requests by server: who received traffic is not measured',
  );
}

function deviationLine(
  input: TrafficWork,
  counts: readonly ServerCount[],
  deviation: number | null,
): string {
  if (deviation === null) {
    return say(
      input.run,
      '流量分布未测量：它需要负载均衡的计数与权重',
      'how even the load is is not measured: that takes the counters and weights of the load balancer',
    );
  }
  if (counts.length === 1)
    return say(input.run, '只有一台服务器，分布必然均匀', 'one server only: trivially even');
  return say(
    input.run,
    `与应得份额的最大偏差 ${deviation}%`,
    `largest deviation from the share ${deviation}%`,
  );
}

/** The embedded balancer names the server that answered in a header; another one need not. */
function headerLine(input: TrafficWork, answers: readonly Answer[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const name = answer.kind === 'answered' ? answer.headers['x-runsheet-server'] : undefined;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const shown = [...counts]
    .map(([name, count]) => `${name} ${count}`)
    .sort()
    .join(', ');
  return [say(input.run, `应答来自：${shown}`, `answered by: ${shown}`)];
}

function maintLine(input: TrafficWork, taking: readonly string[]): readonly string[] {
  const left = input.servers.filter((name) => !taking.includes(name));
  if (left.length === 0) return [];
  const names = left.join(', ');
  return [
    say(
      input.run,
      `运维 maint 中，未计入：${names}`,
      `in an operator's maint, not counted: ${names}`,
    ),
  ];
}

/** What a wait for requests in flight says of what remains, and what would end it. */
import { countedEn, type Localized, say } from '../../diagnostics/language.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { OfRun } from './context.ts';

export interface Waited {
  readonly active: number | null;
  readonly awaited: Localized | null;
  /** Upgraded connections, which are not waited for. */
  readonly tunnels: PoolServer['tunnels'];
  readonly waitedMs: number;
}

/** For requests that nobody counts. @param awaited what the wait waited for instead */
export function uncounted(input: OfRun, waited: string, awaited: Localized | null): string {
  if (awaited !== null) {
    return say(
      input.run,
      `等待了全部时限 ${waited}；剩余多少请求无法得知：${awaited.zh}`,
      `waited for the whole limit, ${waited}; how many requests remain is not known: ${awaited.en}`,
    );
  }
  return say(
    input.run,
    `等待了全部时限 ${waited}；负载均衡不统计进行中的请求，剩余多少未测量`,
    `waited for the whole limit, ${waited}; the load balancer does not count requests in flight, so what remains is not measured`,
  );
}

/** For requests that did not end within the limit: what the balancer says itself, else what there is to set. */
export function remains(
  { run }: OfRun,
  { awaited, tunnels }: Pick<Waited, 'awaited' | 'tunnels'>,
): readonly string[] {
  if (awaited !== null) return [say(run, awaited.zh, awaited.en)];
  const settings = say(
    run,
    '没有结尾的应答（如 SSE）也是进行中的请求：可在步骤中写更长的时限，或用 runsheet.yaml 的 drain.allow_cut_requests 允许切断若干个',
    'an answer without an end, such as server-sent events, is a request in flight: give the step a longer limit, or let some be cut by drain.allow_cut_requests in runsheet.yaml',
  );
  if (tunnels !== undefined) return [settings];
  return [
    settings,
    say(
      run,
      '负载均衡没有另外统计 WebSocket，其中若有，也在这个数目之内：HAProxy 的 "timeout tunnel" 结束空闲的',
      'the load balancer counts no WebSockets apart, so any that are open are in this number: "timeout tunnel" in HAProxy ends idle ones',
    ),
  ];
}

/** Upgraded connections: no wait ends them, and the stop of the service does. */
export function leftOpen({ run }: OfRun, { tunnels }: Pick<Waited, 'tunnels'>): readonly string[] {
  if (tunnels === undefined) return [];
  const { count, oldestSeconds } = tunnels;
  const isOne = count === 1;
  const age =
    oldestSeconds === null
      ? ''
      : say(
          run,
          `（最久的已 ${ageOf(oldestSeconds).zh}）`,
          `, ${isOne ? 'open for' : 'the oldest'} ${ageOf(oldestSeconds).en},`,
        );
  return [
    say(
      run,
      `${count} 个长连接（WebSocket）${age}不再等待，服务停止时断开；要提前结束空闲的，请设置 HAProxy 的 "timeout tunnel"`,
      `${countedEn(count, 'long-lived connection')} (${isOne ? 'a WebSocket' : 'WebSockets'})${age} ${isOne ? 'is' : 'are'} left to the service's stop; to end idle ones earlier set "timeout tunnel" in HAProxy`,
    ),
  ];
}

/** In whole units, of which there are at least two: `65 s`, `90 min`, `30 h`. */
function ageOf(seconds: number): Localized {
  if (seconds < 120) return { zh: `${seconds} 秒`, en: `${seconds} s` };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  const hours = Math.floor(minutes / 60);
  return { zh: `${hours} 小时`, en: `${hours} h` };
}

import { Command } from 'commander';
import { CommandError, type CommonOptions, print, refuse } from '../context.ts';
import { FAULT_KEYS, faultNamed } from '../demo/faults.ts';
import { nextLines } from '../demo/next.ts';
import { startStage } from '../demo/stage.ts';
import { tell } from '../demo/story.ts';
import { EXIT } from '../exit-codes.ts';
import { languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withEmbeddedErrors } from '../running.ts';

interface DemoOptions extends CommonOptions {
  readonly fail?: string;
  readonly allAtOnce?: boolean;
  readonly keep?: boolean;
}

/** `runsheet demo`: a sample service, three servers, a load balancer, traffic, an approval, in a temporary folder. */
export function demoCommand(say: Say): Command {
  const command = new Command('demo')
    .description(
      say({
        zh: '演示一次部署：示例服务、三台服务器、持续的流量',
        en: 'Demonstrate a deployment: a sample service on three servers, under live traffic',
      }),
    )
    .option(
      '--fail <step>',
      say({
        zh: `在某一步注入故障（${FAULT_KEYS.join('、')}）`,
        en: `inject a fault at a step (${FAULT_KEYS.join(', ')})`,
      }),
    )
    .option(
      '--all-at-once',
      say({
        zh: '所有服务器同时部署，负载均衡暂存请求，不终止 worker（默认：逐台部署，中途强制终止 worker）',
        en: 'deploy to all servers at once while the load balancer holds requests, and kill no worker (default: server by server, and the worker is killed midway)',
      }),
    )
    .option(
      '--keep',
      say({ zh: '结束后保持运行，直到 Ctrl-C', en: 'keep everything running until Ctrl-C' }),
    )
    .addOption(languageChoice(say))
    .action(demo);
  const examples = ['runsheet demo', 'runsheet demo --fail 7', 'runsheet demo --all-at-once'];
  return withExamples(command, say, ...examples);
}

async function demo(options: DemoOptions): Promise<void> {
  const language = languageOf(options);
  const say = sayIn(language);
  const fault = options.fail === undefined ? null : faultNamed(options.fail);
  if (options.fail !== undefined && fault === null) {
    throw refuse(
      {
        zh: `--fail ${options.fail}：没有这种故障\n可选：${FAULT_KEYS.join('、')}`,
        en: `--fail ${options.fail}: no such fault\nuse one of ${FAULT_KEYS.join(', ')}`,
      },
      options,
    );
  }
  const stop = stopAtSignals(say);
  const stage = await withEmbeddedErrors(options, () =>
    startStage((text) => print(`  ${say(text)}`), stop),
  );
  try {
    const told = await Promise.race([
      tell(stage, {
        fault,
        allAtOnce: options.allAtOnce === true,
        language,
        terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
        print: (line) => stop.aborted || print(line),
        stop,
      }),
      whenStopped(stop),
    ]);
    for (const line of nextLines(options, say)) print(line);
    if (options.keep === true) {
      print(
        say({
          zh: `\n保持运行中（${stage.folder}）；按 Ctrl-C 结束`,
          en: `\nEverything keeps running in ${stage.folder}; press Ctrl-C to stop it`,
        }),
      );
      await whenStopped(stop).catch(() => undefined);
    }
    process.exitCode = told;
  } finally {
    await stage.close();
    // A question that is still open would keep the process.
    if (stop.aborted && process.stdin.isTTY) process.stdin.unref();
  }
}

const SIGNALS = [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
  ['SIGHUP', EXIT.hungUp],
] as const;

/** Aborts with a CommandError. A second signal changes nothing: everything is being ended already. */
function stopAtSignals(say: Say): AbortSignal {
  const stop = new AbortController();
  const reason = say({ zh: '演示已中止', en: 'the demo was stopped' });
  for (const [signal, code] of SIGNALS)
    process.on(signal, () => stop.abort(new CommandError(reason, code)));
  return stop.signal;
}

function whenStopped(stop: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (stop.aborted) reject(stop.reason);
    else stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
}

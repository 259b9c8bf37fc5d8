import { Command } from 'commander';
import { CommandError, type CommonOptions, print, refuse } from '../context.ts';
import { FAULT_KEYS, faultNamed } from '../demo/faults.ts';
import { startStage } from '../demo/stage.ts';
import { tell } from '../demo/story.ts';
import { languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { untilStopped, withEmbeddedErrors } from '../running.ts';

interface DemoOptions extends CommonOptions {
  readonly fail?: string;
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
      '--keep',
      say({ zh: '结束后保持运行，直到 Ctrl-C', en: 'keep everything running until Ctrl-C' }),
    )
    .addOption(languageChoice(say))
    .action(demo);
  const examples = ['runsheet demo', 'runsheet demo --fail 7', 'runsheet demo --keep'];
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
  const stage = await withEmbeddedErrors(options, () =>
    startStage((text) => print(`  ${say(text)}`)),
  );
  const ended = untilStopped().then((code) => ({ code }));
  try {
    const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    const told = await Promise.race([tell(stage, { fault, language, terminal, print }), ended]);
    if (typeof told !== 'number') {
      throw new CommandError(say({ zh: '演示已中止', en: 'the demo was stopped' }), told.code);
    }
    printNext(say);
    if (options.keep === true) {
      print(
        say({
          zh: `\n保持运行中（${stage.folder}）；按 Ctrl-C 结束`,
          en: `\nEverything keeps running in ${stage.folder}; press Ctrl-C to stop it`,
        }),
      );
      await ended;
    }
    process.exitCode = told;
  } finally {
    await stage.close();
  }
}

function printNext(say: Say): void {
  print(
    say({
      zh: `
接下来可以试试：
  npm run demo -- --fail 8     新版本返回 500：自动切换回旧版本
  npm run demo -- --keep       在 Web UI 中查看每一步
  npx runsheet check templates/deployment.md --explain
  npx runsheet dev             启动并保持整个环境，再用 runsheet run 部署`,
      en: `
Next, try:
  npm run demo -- --fail 8     the new version answers 500 and is rolled back automatically
  npm run demo -- --keep       look at every step in the Web UI
  npx runsheet check templates/deployment.md --explain
  npx runsheet dev             start the environment and keep it, then deploy with runsheet run`,
    }),
  );
}

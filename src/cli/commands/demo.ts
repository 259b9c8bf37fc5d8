import { Command } from 'commander';
import { CommandError, type CommonOptions, languageOf, print, refuse } from '../context.ts';
import { FAULT_KEYS, faultNamed } from '../demo/faults.ts';
import { startStage } from '../demo/stage.ts';
import { tell } from '../demo/story.ts';
import { languageChoice, withExamples } from '../help.ts';
import { said, untilStopped } from './serve.ts';

interface DemoOptions extends CommonOptions {
  readonly fail?: string;
  readonly keep?: boolean;
}

/** `runsheet demo`: a sample service, three servers, a balancer, customers, an approval; nothing of the user's is touched. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      '用示例服务演示一次部署 · Deploy a sample service to three servers, with customers watching',
    )
    .option(
      '--fail <step>',
      `在某一步破坏环境 · break the world at a step (${FAULT_KEYS.join(', ')})`,
    )
    .option('--keep', '保持一切运行，直到 Ctrl-C · leave everything running until Ctrl-C')
    .addOption(languageChoice())
    .action(demo);
  return withExamples(command, 'runsheet demo', 'runsheet demo --fail 7', 'runsheet demo --keep');
}

async function demo(options: DemoOptions): Promise<void> {
  const language = languageOf(options);
  const zh = language === 'zh';
  const fault = options.fail === undefined ? null : faultNamed(options.fail);
  if (options.fail !== undefined && fault === null) {
    throw refuse(
      {
        zh: `--fail ${options.fail}：没有这种故障\n可用：${FAULT_KEYS.join('、')}`,
        en: `--fail ${options.fail}: no such fault\nuse one of ${FAULT_KEYS.join(', ')}`,
      },
      options,
    );
  }
  const stage = await said(options, () => startStage((text) => print(`  ${text[language]}`)));
  const ended = untilStopped().then(() => 'stopped' as const);
  try {
    const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    const told = await Promise.race([tell(stage, { fault, language, terminal, print }), ended]);
    if (told === 'stopped') throw new CommandError(zh ? '演示已中止' : 'the demo was stopped', 1);
    printNext(zh);
    if (options.keep === true) {
      print(
        zh
          ? `\n一切保持运行（${stage.folder}）；Ctrl-C 结束`
          : `\nEverything is left running (${stage.folder}); Ctrl-C ends it`,
      );
      await ended;
    }
    process.exitCode = told;
  } finally {
    await stage.close();
  }
}

function printNext(zh: boolean): void {
  const next = zh
    ? [
        '接下来可以试试：',
        '  npm run demo -- --fail 8     新版本回答 500：自动切换回旧版本',
        '  npm run demo -- --keep       在 Web UI 中查看每一步',
        '  npx runsheet check templates/deployment.md --explain',
        '  npx runsheet dev             启动环境并保持，再用 runsheet run 部署',
      ]
    : [
        'What to try next:',
        '  npm run demo -- --fail 8     the new version answers 500: switched back by itself',
        '  npm run demo -- --keep       look at every step in the Web UI',
        '  npx runsheet check templates/deployment.md --explain',
        '  npx runsheet dev             start everything and stay; then deploy with runsheet run',
      ];
  print('');
  for (const line of next) print(line);
}

/** What the demo suggests at its end. */
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { Say } from '../language.ts';

/** What was typed. */
export interface Shown {
  readonly fail?: string;
  readonly allAtOnce?: boolean;
  readonly keep?: boolean;
}

/** What else there is to see: never what was just shown. */
export function nextLines(shown: Shown, say: Say): readonly string[] {
  const isShown: Readonly<Record<string, boolean>> = {
    '': shown.fail === undefined && shown.allAtOnce !== true,
    '--fail 8': shown.fail === '8',
    // The other one that is undone after requests were answered: without it there is one to see.
    '--fail 9': shown.fail !== '8',
    '--all-at-once': shown.allAtOnce === true,
    '--keep': shown.keep === true,
  };
  const rows = DEMOS.filter(([flags]) => isShown[flags] !== true);
  return [
    say({ zh: '\n接下来可以试试：', en: '\nNext, try:' }),
    ...rows.map(([flags, text]) => {
      const command = flags === '' ? 'npm run demo' : `npm run demo -- ${flags}`;
      return `  ${command.padEnd(30)}  ${say(text)}`;
    }),
    '  npx runsheet check templates/deployment.md --explain',
    `  ${'npx runsheet dev'.padEnd(30)}  ${say(DEV)}`,
  ];
}

const DEMOS: readonly (readonly [string, Localized])[] = [
  [
    '',
    {
      zh: '逐台部署，中途强制终止 worker',
      en: 'server by server, and the worker is killed midway',
    },
  ],
  [
    '--fail 8',
    {
      zh: '新版本返回 500：自动回滚',
      en: 'the new version answers 500 and is rolled back automatically',
    },
  ],
  [
    '--fail 9',
    {
      zh: '负载均衡连不上最后一台服务器：三台都回滚',
      en: 'the load balancer loses the last server: all three are rolled back',
    },
  ],
  [
    '--all-at-once',
    {
      zh: '所有服务器同时部署，负载均衡暂存请求',
      en: 'all servers at once, while the load balancer holds the requests',
    },
  ],
  ['--keep', { zh: '在 Web UI 中查看每一步', en: 'look at every step in the Web UI' }],
];

const DEV: Localized = {
  zh: '启动并保持整个环境，再用 runsheet run 部署',
  en: 'start the environment and keep it, then deploy with runsheet run',
};

import { defineAction, defineFact } from '../define.ts';
import { ONCE } from './limits.ts';

export const commandPassed = defineFact({
  id: 'command.passed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '项目命令', en: 'Project command' },
  phrases: {
    zh: ['项目命令执行成功', '命令执行成功'],
    en: ['The project command succeeded'],
  },
});

/** Its phrases are the project's: the keys of `actions:` in runsheet.yaml. */
export const projectCommand = defineAction({
  ...ONCE,
  id: 'project.command',
  phrases: { zh: [], en: [] },
  scope: 'command',
  settings: { name: { kind: 'command', default: '' } },
  uses: ['actions'],
  needs: ['checkout'],
  provides: [],
  measures: [commandPassed],
  timeouts: { startToCloseSeconds: 600 },
  retry: { maximumAttempts: 1 },
});

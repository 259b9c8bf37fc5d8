import { defineAction, defineFact } from '../define.ts';
import { seriousFindings } from './analyze.ts';
import { IN_CHECKOUT } from './limits.ts';

export const styleOk = defineFact({
  id: 'code.style_ok',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '代码规范', en: 'Code style' },
  phrases: {
    zh: ['代码规范检查通过', '符合代码规范'],
    en: ['The code follows the style rules', 'Code style check passes'],
  },
});

export const lint = defineAction({
  ...IN_CHECKOUT,
  id: 'code.lint',
  phrases: {
    zh: ['检查代码规范符合性', '检查代码规范', '检查代码风格'],
    en: ['Check the code against the style rules', 'Check code style', 'Lint the code'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  provides: [],
  measures: [seriousFindings, styleOk],
});

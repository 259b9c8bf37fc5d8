import { defineAction, defineFact } from '../define.ts';
import { IN_CHECKOUT } from './limits.ts';

export const seriousFindings = defineFact({
  id: 'code.serious_findings',
  unit: 'count',
  combine: 'sum',
  defaultComparison: '==',
  defaultThreshold: 0,
  judgedByDefault: true,
  label: { zh: '严重代码问题', en: 'Serious code findings' },
  phrases: {
    zh: ['无严重代码问题', '没有严重代码问题'],
    en: ['No serious code problems', 'No serious code findings'],
  },
  subjects: { zh: ['严重代码问题'], en: ['Serious code problems', 'Serious code findings'] },
});

export const analyze = defineAction({
  ...IN_CHECKOUT,
  id: 'code.analyze',
  phrases: {
    zh: ['运行代码静态分析工具', '运行静态分析', '代码静态分析'],
    en: ['Run the static analysis tools', 'Run static code analysis', 'Run static analysis'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  provides: [],
  measures: [seriousFindings],
});

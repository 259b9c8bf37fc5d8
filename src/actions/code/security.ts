/** The scan of the code and the audit of what it depends on: both count what is high. */
import { defineAction, defineFact } from '../define.ts';
import { IN_CHECKOUT } from './limits.ts';

export const highFindings = defineFact({
  id: 'security.high_findings',
  unit: 'count',
  combine: 'sum',
  defaultComparison: '==',
  defaultThreshold: 0,
  judgedByDefault: true,
  label: { zh: '高危安全漏洞', en: 'High security findings' },
  phrases: {
    zh: ['无高危安全漏洞', '没有高危安全漏洞'],
    en: ['No high-risk security vulnerabilities', 'No high security findings'],
  },
  subjects: {
    zh: ['高危安全漏洞'],
    en: ['High-risk security vulnerabilities', 'High security findings'],
  },
});

export const scan = defineAction({
  ...IN_CHECKOUT,
  id: 'code.scan',
  phrases: {
    zh: ['扫描安全漏洞', '安全漏洞扫描', '运行安全扫描'],
    en: ['Scan for security vulnerabilities', 'Run the security scan'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  provides: [],
  measures: [highFindings],
});

export const audit = defineAction({
  ...IN_CHECKOUT,
  id: 'code.audit',
  phrases: {
    zh: ['检查依赖版本', '审计依赖', '检查依赖漏洞'],
    en: ['Check the versions of dependencies', 'Check dependency versions', 'Audit dependencies'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  provides: [],
  measures: [highFindings],
});

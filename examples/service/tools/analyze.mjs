/** Static analysis: does every file parse, and does it hold what is almost always a mistake? */
import { spawnSync } from 'node:child_process';
import { writeSarif } from './sarif.mjs';
import { findInCode, readSources } from './sources.mjs';

const syntax = { id: 'syntax-error', level: 'error', text: 'the file does not parse' };
const rules = [
  { id: 'no-eval', level: 'error', text: 'eval, new Function', pattern: /\beval\s*\(|\bnew\s+Function\s*\(/ },
  { id: 'no-debugger', level: 'error', text: 'a debugger statement was left', pattern: /^\s*debugger\b/ },
  { id: 'no-self-compare', level: 'error', text: 'a value is compared with itself', pattern: /\b(\w+)\s*[!=]==?\s*\1\b(?![.[(])/ },
  { id: 'no-empty-catch', level: 'warning', text: 'an error is swallowed', pattern: /catch\s*(\([^)]*\))?\s*\{\s*\}/ },
  { id: 'eqeqeq', level: 'warning', text: 'a comparison converts types', pattern: /[^=!<>]==[^=]|!=[^=]/ },
];

const findings = [];
for (const source of readSources(['src', 'tests'], /\.mjs$/)) {
  const checked = spawnSync(process.execPath, ['--check', source.path], { encoding: 'utf8' });
  if (checked.status !== 0) {
    const line = Number(/:(\d+)\n/.exec(checked.stderr)?.[1] ?? 1);
    findings.push({ rule: syntax, path: source.path, line, column: 1 });
  }
  for (const rule of rules) {
    for (const place of findInCode(source, rule.pattern)) findings.push({ rule, path: source.path, ...place });
  }
}
writeSarif('reports/analyze.sarif', 'sample-analyze', [syntax, ...rules], findings);

/** Code style; prints ESLint's JSON format and ends with 1 where anything was found. */
import { resolve } from 'node:path';
import { readSources } from './sources.mjs';

const rules = [
  { ruleId: 'max-len', message: 'longer than 130 columns', pattern: /^.{131,}$/ },
  { ruleId: 'no-tabs', message: 'a tab', pattern: /\t/ },
  { ruleId: 'no-trailing-spaces', message: 'white space at the end of the line', pattern: /[ \t]+$/ },
  { ruleId: 'no-var', message: 'var instead of let or const', pattern: /^\s*var\s/ },
];

const results = readSources(['src', 'tests'], /\.mjs$/).map(({ path, lines }) => {
  const messages = lines.flatMap((line, index) =>
    rules
      .filter((rule) => rule.pattern.test(line))
      .map(({ ruleId, message }) => ({ ruleId, severity: 2, message, line: index + 1, column: 1 })),
  );
  if (lines.at(-1) !== '') messages.push({ ruleId: 'eol-last', severity: 2, message: 'no newline at the end', line: lines.length, column: 1 });
  return { filePath: resolve(path), messages, errorCount: messages.length, warningCount: 0 };
});
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exit(results.some((result) => result.errorCount > 0) ? 1 : 0);

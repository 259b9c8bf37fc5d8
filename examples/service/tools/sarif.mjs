import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a SARIF 2.1.0 file.
 * @param rules {id, text, level, severity?}: severity becomes `security-severity`
 * @param findings {rule, path, line, column, text?}
 */
export function writeSarif(file, tool, rules, findings) {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: tool, rules: rules.map(toRule) } }, results: findings.map(toResult) }],
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(log, null, 2)}\n`);
  for (const finding of findings) {
    process.stdout.write(`${finding.path}:${finding.line}: ${finding.rule.level} ${finding.rule.id}: ${finding.rule.text}\n`);
  }
  process.stdout.write(`${tool}: ${findings.length} finding(s), ${rules.length} rules, report ${file}\n`);
}

function toRule(rule) {
  const properties = rule.severity === undefined ? {} : { properties: { 'security-severity': rule.severity } };
  return {
    id: rule.id,
    shortDescription: { text: rule.text },
    defaultConfiguration: { level: rule.level },
    ...properties,
  };
}

function toResult(finding) {
  return {
    ruleId: finding.rule.id,
    level: finding.rule.level,
    message: { text: finding.text ?? finding.rule.text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: finding.path },
          region: { startLine: finding.line, startColumn: finding.column },
        },
      },
    ],
  };
}

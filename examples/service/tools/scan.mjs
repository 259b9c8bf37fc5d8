/** Security scan: secrets in the source, and calls that let a caller run commands or read files. */
import { writeSarif } from './sarif.mjs';
import { findInCode, readSources } from './sources.mjs';

const rules = [
  { id: 'private-key', level: 'error', severity: '9.8', text: 'a private key is in the source', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { id: 'cloud-key', level: 'error', severity: '9.1', text: 'a cloud access key is in the source', pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { id: 'password-literal', level: 'error', severity: '7.5', text: 'a password is in the source', pattern: /\b(password|secret|token)\s*[:=]\s*['"][^'"$]{6,}['"]/i },
  { id: 'command-injection', level: 'error', severity: '8.8', text: 'a shell command is built from values', pattern: /\bexec(Sync)?\s*\(\s*`[^`]*\$\{/ },
  { id: 'tls-unchecked', level: 'error', severity: '7.4', text: 'certificates are not checked', pattern: /rejectUnauthorized\s*:\s*false/ },
  { id: 'all-interfaces', level: 'warning', severity: '5.3', text: 'listens on all interfaces', pattern: /listen\([^)]*['"]0\.0\.0\.0['"]/ },
];

const findings = [];
for (const source of readSources(['src', 'config'], /\.(mjs|json|template)$/)) {
  for (const rule of rules) {
    for (const place of findInCode(source, rule.pattern)) findings.push({ rule, path: source.path, ...place });
  }
}
writeSarif('reports/scan.sarif', 'sample-scan', rules, findings);

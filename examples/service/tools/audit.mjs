/** Holds package-lock.json against advisories.json and prints what `npm audit --json` would. No network. */
import { readFileSync } from 'node:fs';

const advisories = JSON.parse(readFileSync(new URL('./advisories.json', import.meta.url), 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

function isBelow(version, limit) {
  const left = version.split('-')[0].split('.').map(Number);
  const right = limit.split('.').map(Number);
  for (const [index, part] of right.entries()) {
    if ((left[index] ?? 0) !== part) return (left[index] ?? 0) < part;
  }
  return version.includes('-');
}

const packages = Object.entries(lock.packages ?? {}).filter(([path]) => path !== '');
const counts = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
const vulnerabilities = {};
for (const [path, { version }] of packages) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  for (const advisory of advisories) {
    if (advisory.name !== name || !isBelow(version, advisory.below)) continue;
    const range = `<${advisory.below}`;
    const via = { source: advisory.id, name, dependency: name, title: advisory.title, url: advisory.url, severity: advisory.severity, range };
    vulnerabilities[name] = { name, severity: advisory.severity, isDirect: true, via: [via], effects: [], range, nodes: [path], fixAvailable: true };
    counts[advisory.severity] += 1;
    counts.total += 1;
  }
}
const dependencies = { prod: packages.length, dev: 0, optional: 0, peer: 0, peerOptional: 0, total: packages.length };
process.stdout.write(`${JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts, dependencies } }, null, 2)}\n`);
process.exit(counts.total === 0 ? 0 : 1);

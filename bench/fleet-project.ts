/** A project with many embedded servers and a release so light that 200 instances fit on one machine. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAMPLE = fileURLToPath(new URL('../examples/service', import.meta.url));

export function namesOf(servers: number): string[] {
  const width = String(servers).length;
  return Array.from(
    { length: servers },
    (_, index) => `web-${String(index + 1).padStart(width, '0')}`,
  );
}

/** The sample's own checks and tests, a build that makes three files, a server of 100 KB. */
export async function makeProject(folder: string, servers: readonly string[]): Promise<void> {
  await cp(SAMPLE, folder, { recursive: true });
  await mkdir(join(folder, 'tools'), { recursive: true });
  await writeFile(join(folder, 'tools', 'fleet.mjs'), BUILD);
  const sample = await readFile(join(folder, 'runsheet.yaml'), 'utf8');
  const environments = /^environments:\n[\s\S]*?\n(?=[a-z])/mu;
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^ {2}compile: .*$/mu, '  compile: { run: [node, tools/fleet.mjs], timeout: 1m }'],
    [/^ {2}package: .*$/mu, '  package: { run: [node, -e, "0"], timeout: 1m }'],
    [/^ {2}include: .*$/mu, '  include: [www, serve.mjs]\n  fetch_at_once: 8'],
    [/^ {2}command: .*$/mu, `  command: ${JSON.stringify(command())}`],
    [/^files:\n[\s\S]*?\n(?=\S)/mu, 'files: []\n'],
    [/^ {2}smoke:\n(?: {4}.*\n)+/mu, `  smoke:\n    - ${SMOKE}\n`],
    [/^ {2}performance: .*$/mu, '  performance: { path: /version, requests: 10, per_second: 1 }'],
    [/^ {2}verify: .*$/mu, `  verify: { requests: ${3 * servers.length}, path: /version }`],
    [
      environments,
      `environments:\n  development:\n    embedded: true\n    servers: [${servers.join(', ')}]\n\n`,
    ],
  ];
  await writeFile(join(folder, 'runsheet.yaml'), changes.reduce(replaced, sample));
}

/** The files that are served contain the version, so each version has other content. */
export async function setVersion(folder: string, version: string): Promise<void> {
  await writeFile(join(folder, 'fleet-version'), version);
}

function replaced(text: string, [pattern, instead]: readonly [RegExp, string]): string {
  const changed = text.replace(pattern, instead);
  if (changed === text) throw new Error(`the sample has no ${pattern.source}`);
  return changed;
}

const SMOKE = "{ method: GET, path: /version, status: 200, contains: '${version}' }";

/** busybox's web server if there is one; else Node's, about 40 MB each. */
function command(): readonly string[] {
  const found = spawnSync('busybox', ['httpd', '--help'], { stdio: 'ignore' });
  if (found.error === undefined) {
    return ['busybox', 'httpd', '-f', '-p', '127.0.0.1:${port}', '-h', 'www'];
  }
  return ['node', 'serve.mjs', '${port}'];
}

const BUILD = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const version = readFileSync('fleet-version', 'utf8').trim();
mkdirSync('build/www', { recursive: true });
const body = JSON.stringify({ status: 'ok', version });
for (const name of ['healthz', 'version', 'index.html']) writeFileSync('build/www/' + name, body);
writeFileSync('build/serve.mjs', \`import { createServer } from 'node:http';
const server = createServer((_, answer) => answer.end(${'${JSON.stringify(body)}'}));
server.listen(Number(process.argv[2]), '127.0.0.1');
process.once('SIGTERM', () => server.close(() => process.exit(0)));
\`);
`;

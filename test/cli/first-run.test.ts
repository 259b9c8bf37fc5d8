/** B17: what `dev` says to type next can be typed in this folder. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { firstRun } from '../../src/cli/first-run.ts';
import { loadProject } from '../../src/config/load-project.ts';

const SAMPLE = fileURLToPath(new URL('../../examples/service', import.meta.url));

const PEOPLE = `
roles:
  tech_lead: { names: [技术负责人, Tech lead] }
  ops_lead: { names: [运维负责人, Operations lead] }
people:
  alice: { name: Alice, roles: [tech_lead] }
  bob: { name: Bob, roles: [ops_lead] }
`;

const OWN = readFileSync(new URL('../../templates/restart.en.md', import.meta.url), 'utf8').replace(
  'template_id: restart',
  'template_id: our_release',
);

function folderWith(project: string, template?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-first-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'runsheet.yaml'), `service: shop\n${project}`);
  mkdirSync(join(folder, 'templates'));
  if (template !== undefined) writeFileSync(join(folder, 'templates', 'our release.md'), template);
  return folder;
}

async function next(folder: string): Promise<string> {
  return firstRun(await loadProject(folder, {}));
}

describe('the next line', () => {
  it('B17 names the usual run sheet for the sample', async () => {
    expect(await next(SAMPLE)).toMatch(
      /^runsheet run deployment\.md -p environment=\w+ -p servers=[\w,-]+ -p version=v1\.0\.0(?: --requested-by carol)?$/u,
    );
  });

  it("B17 names the folder's own run sheet, as a shell takes it", async () => {
    const folder = folderWith(
      `source: { kind: folder }\nenvironments: { staging: { servers: [s1, s2] } }\n`,
      OWN,
    );
    expect(await next(folder)).toBe(
      "runsheet run 'our release.md' -p environment=staging -p servers=s1,s2 -p version=v1.0.0",
    );
  });

  it('B17 names the newest tag, as source.tag reads it', async () => {
    const folder = folderWith(
      `source: { kind: git, tag: "shop/\${version}" }\nenvironments: { staging: { servers: [s1] } }\n`,
      OWN,
    );
    const git = (...argv: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...argv], { cwd: folder });
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    for (const tag of ['other-9', 'shop/2.0.0']) git('tag', tag);
    expect(await next(folder)).toContain('-p version=2.0.0');
  });

  it('B17 names none whose approval nobody here could give', async () => {
    const project = `source: { kind: folder }\nenvironments: { production: { servers: [s1] } }\n`;
    expect(await next(folderWith(project))).not.toContain('run deployment.md');
    expect(await next(folderWith(`${project}${PEOPLE}`))).toContain('run deployment.md');
  });

  it('B17 says how to find out why where no run sheet would be taken', async () => {
    const folder = folderWith(`environments: { production: { servers: [] } }\n${PEOPLE}`, OWN);
    expect(await next(folder)).toBe("runsheet check 'templates/our release.md'");
  });
});

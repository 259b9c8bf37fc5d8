/** Which command a project most likely means where runsheet.yaml names none. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandSettings, ProjectCommand } from '../../plan/settings.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';

export type CommandName = Exclude<keyof CommandSettings, 'environment'>;

export interface Detected {
  readonly command: ProjectCommand;
  /** What it was detected from, for example "package.json: scripts.test". */
  readonly from: string;
  /** npm packages that the checkout needs are not installed yet. */
  readonly needsPackages: boolean;
}

interface Checkout {
  readonly folder: string;
  readonly commands: CommandRunner;
  readonly npm: NpmProject | null;
}

interface NpmProject {
  readonly scripts: Readonly<Record<string, string>>;
  readonly packages: ReadonlySet<string>;
}

type Finder = (checkout: Checkout) => Promise<Omit<Detected, 'needsPackages'> | null>;

const FINDERS: Record<CommandName, readonly Finder[]> = {
  analyze: [eslintAnalysis, ruffAnalysis],
  lint: [npmScript('lint'), biomeLint, eslintLint, pythonLint],
  scan: [banditScan],
  audit: [npmAudit, pipAudit],
  test: [npmScript('test'), pytest],
  coverage: [],
  compile: [npmScript('build')],
  package: [],
};

const ESLINT_CONFIGS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map(
  (end) => `eslint.config.${end}`,
);
const PYTHON_CONFIGS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];

/** The first command whose tool and configuration are both there; null: none. */
export async function detectCommand(
  name: CommandName,
  folder: string,
  commands: CommandRunner,
): Promise<Detected | null> {
  const checkout = { folder, commands, npm: await readNpmProject(folder) };
  for (const find of FINDERS[name]) {
    const found = await find(checkout);
    if (found === null) continue;
    const isNpm = found.command.argv[0] === 'npm' || found.command.argv[0] === 'npx';
    const needsPackages =
      isNpm &&
      name !== 'audit' &&
      (checkout.npm?.packages.size ?? 0) > 0 &&
      (await has(folder, 'package-lock.json')) &&
      !(await has(folder, 'node_modules'));
    return { ...found, needsPackages };
  }
  return null;
}

function npmScript(script: string): Finder {
  return async ({ npm }) => {
    const text = npm?.scripts[script];
    if (text === undefined || text.includes('no test specified')) return null;
    return { command: { argv: ['npm', 'run', script] }, from: `package.json: scripts.${script}` };
  };
}

async function eslintAnalysis({ folder, npm }: Checkout): ReturnType<Finder> {
  const config = await firstOf(folder, ESLINT_CONFIGS);
  if (config === null || npm?.packages.has('eslint') !== true) return null;
  const argv = ['npx', '--no-install', 'eslint', '.', '--format', 'json'];
  return { command: { argv, format: 'eslint' }, from: config };
}

async function eslintLint(checkout: Checkout): ReturnType<Finder> {
  return eslintAnalysis(checkout);
}

async function biomeLint({ folder, npm }: Checkout): ReturnType<Finder> {
  const config = await firstOf(folder, ['biome.json', 'biome.jsonc']);
  if (config === null || npm?.packages.has('@biomejs/biome') !== true) return null;
  return { command: { argv: ['npx', '--no-install', 'biome', 'ci', '.'] }, from: config };
}

/** Only ruff's rules for real mistakes; its report calls every style finding an error. */
async function ruffAnalysis(checkout: Checkout): ReturnType<Finder> {
  if (!(await isPythonWith(checkout, 'ruff'))) return null;
  const argv = ['ruff', 'check', '--select', 'E9,F', '--output-format', 'sarif', '.'];
  return { command: { argv, format: 'sarif' }, from: 'ruff' };
}

async function pythonLint(checkout: Checkout): ReturnType<Finder> {
  if (await isPythonWith(checkout, 'ruff')) {
    return { command: { argv: ['ruff', 'check', '.'] }, from: 'ruff' };
  }
  const config = await firstOf(checkout.folder, ['.flake8', 'tox.ini', 'setup.cfg']);
  if (config === null || !(await isPythonWith(checkout, 'flake8'))) return null;
  return { command: { argv: ['flake8', '.'] }, from: config };
}

async function banditScan(checkout: Checkout): ReturnType<Finder> {
  if (!(await isPythonWith(checkout, 'bandit'))) return null;
  const argv = ['bandit', '--recursive', '.', '--format', 'sarif', '--quiet'];
  return { command: { argv, format: 'sarif' }, from: 'bandit' };
}

async function npmAudit({ folder, npm }: Checkout): ReturnType<Finder> {
  if (npm === null || !(await has(folder, 'package-lock.json'))) return null;
  return {
    command: { argv: ['npm', 'audit', '--json'], format: 'npm-audit' },
    from: 'package-lock.json',
  };
}

async function pipAudit(checkout: Checkout): ReturnType<Finder> {
  if (!(await has(checkout.folder, 'requirements.txt'))) return null;
  if (!(await canRun(checkout, 'pip-audit'))) return null;
  const argv = ['pip-audit', '--requirement', 'requirements.txt', '--format', 'json'];
  return { command: { argv, format: 'pip-audit' }, from: 'requirements.txt' };
}

async function pytest(checkout: Checkout): ReturnType<Finder> {
  if (!(await isPythonWith(checkout, 'pytest'))) return null;
  const argv = ['pytest', '--junitxml=reports/junit.xml'];
  return { command: { argv }, from: 'pytest' };
}

async function isPythonWith(checkout: Checkout, tool: string): Promise<boolean> {
  const config = await firstOf(checkout.folder, PYTHON_CONFIGS);
  return config !== null && (await canRun(checkout, tool));
}

async function canRun({ commands, folder }: Checkout, tool: string): Promise<boolean> {
  try {
    const result = await commands.run({
      argv: [tool, '--version'],
      cwd: folder,
      timeoutMs: 20_000,
    });
    return result.exitCode === 0;
  } catch {
    return false;
  }
}

const Manifest = z.looseObject({
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

async function readNpmProject(folder: string): Promise<NpmProject | null> {
  try {
    const text = await readFile(join(folder, 'package.json'), 'utf8');
    const { scripts, dependencies, devDependencies } = Manifest.parse(JSON.parse(text));
    const packages = new Set(Object.keys({ ...dependencies, ...devDependencies }));
    return { scripts: scripts ?? {}, packages };
  } catch {
    return null;
  }
}

async function firstOf(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) if (await has(folder, name)) return name;
  return null;
}

function has(folder: string, name: string): Promise<boolean> {
  return access(join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** Which project a folder stands for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import { findProjectFolder, sampleFolderOf } from '../../src/config/project-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runsheet-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is itself where nothing else is there', () => {
  expect(findProjectFolder(folder)).toBe(folder);
});

it('is the sample that dev left, until it has a project of its own', () => {
  const sample = sampleFolderOf(folder);
  mkdirSync(sample, { recursive: true });
  writeFileSync(join(sample, 'runsheet.yaml'), 'service: sample\n');
  expect(findProjectFolder(folder)).toBe(sample);
  writeFileSync(join(folder, 'runsheet.yaml'), 'service: own\n');
  expect(findProjectFolder(folder)).toBe(folder);
});

it('says what the schema itself finds in both languages, with its place', () => {
  const { diagnostics } = parseProject('/p', 'service: hello\nsource: 7\ntests: {reports: yes}\n');
  const wrong = diagnostics.find((each) => each.message.en.startsWith('source: '));
  expect(wrong?.place).toMatchObject({ line: 2 });
  expect(wrong?.message.zh).toMatch(/^source：无效输入/u);
  expect(wrong?.message.en).toMatch(/^source: Invalid input: expected object/u);
  for (const each of diagnostics) expect(each.message.zh).not.toContain('Invalid');
});

/** S12: what `runsheet dev` keeps is its owner's only. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStateFolder } from '../../src/embedded/state-folder.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

it.each([null, 0o755, 0o777, 0o500])(
  'S12 the folder is open to its owner only, where it had the mode %s before',
  async (before) => {
    const project = mkdtempSync(join(tmpdir(), 'runsheet-state-'));
    onTestFinished(() => rmSync(project, { recursive: true }));
    const folder = join(project, '.runsheet');
    if (before !== null) {
      mkdirSync(folder);
      chmodSync(folder, before);
    }
    const state = await openStateFolder(project);
    expect(modeOf(folder)).toBe('700');
    await state.writePorts({ temporal: 1 });
    expect(modeOf(state.file('ports.json'))).toBe('600');
  },
);

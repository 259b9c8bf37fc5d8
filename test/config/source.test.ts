import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const load = (source: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nsource: { ${source} }\n`);

describe('B3 source.remote', () => {
  it.each(['origin', 'up/stream', 'my-fork_2.x'])('is a name: %s', (remote) => {
    const { project, diagnostics } = load(`remote: ${remote}, tag: "@acme/api@\${version}"`);
    expect(diagnostics).toEqual([]);
    expect(project?.settings.source).toEqual({
      kind: 'git',
      path: '.',
      tag: '@acme/api@${version}',
      remote,
    });
  });

  it.each([
    ['"https://example.com/x.git"', /expected a name that git remote shows/u],
    ['"git@example.com:x.git"', /expected a name that git remote shows/u],
    ['"ext::sh -c id"', /expected a name that git remote shows/u],
    ['--upload-pack=id', /expected a name that git remote shows/u],
    ['origin, kind: folder', /source\.kind is folder, which has no tag to fetch/u],
  ])('is no address and no option: %s', (remote, message) => {
    const { project, diagnostics } = load(`remote: ${remote}`);
    expect(project).toBeNull();
    expect(diagnostics.map((each) => each.message.en)).toEqual([expect.stringMatching(message)]);
    expect(diagnostics[0]?.place?.line).toBe(3);
  });

  it('is nowhere where it is not set', () => {
    expect(load('').project?.settings.source).toEqual({
      kind: 'git',
      path: '.',
      tag: '${version}',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

function load(url: string) {
  const text = `service: app\nenvironments: {}\nregistry: { url: "${url}" }\n`;
  return parseProject('/p', text);
}

describe('B4 registry.url', () => {
  it.each([
    ['https://registry.example.com/team', 'team', 'team/app'],
    ['https://ghcr.io/acme/', 'acme', 'acme/app'],
    ['http://10.0.0.5:5000/a/b', 'a/b', 'a/b/app'],
    ['https://harbor.example.com/v2/team', 'v2/team', 'v2/team/app'],
  ])('with a path says where it belongs: %s', (url, path, example) => {
    const { project, diagnostics } = load(url);
    expect(project).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: 'BAD_PROJECT_FILE',
      place: { line: 3 },
      message: {
        en: `registry.url: expected an address without a path; ${path} is part of the name of the image`,
      },
      remedy: {
        en: expect.stringMatching(`image.repository.* ${example}`),
        zh: expect.stringContaining(example),
      },
    });
  });

  it.each([
    ['https://index.docker.io/v1/', /expected the host alone/u],
    ['https://registry.example.com/v2', /expected the host alone/u],
    ['https://registry.example.com?x=1', /expected the host alone/u],
    ['https://registry.example.com/#x', /expected the host alone/u],
    ['https://me:pass@registry.example.com', /no user and no password/u],
    ['ftp://registry.example.com/team', /expected an http\(s\):\/\/ address/u],
  ])('has nothing that would be dropped: %s', (url, message) => {
    const { project, diagnostics } = load(url);
    expect(project).toBeNull();
    expect(diagnostics.map((each) => each.message.en)).toEqual([expect.stringMatching(message)]);
  });

  it.each(['https://registry.example.com', 'http://10.0.0.5:5000/', 'https://[::1]:5000'])(
    'is a host: %s',
    (url) => {
      const { project, diagnostics } = load(url);
      expect(diagnostics).toEqual([]);
      expect(project?.connections.registry?.url).toBe(url);
    },
  );
});

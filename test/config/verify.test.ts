import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (verify: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nimage:\n  verify: ${verify}\n`);

it('reads the command that says whether a signature is good', () => {
  const { project } = parse(
    '{ run: [cosign, verify, --key, cosign.pub, "${image}"], timeout: 2m }',
  );
  expect(project?.settings.image.verify).toEqual({
    argv: ['cosign', 'verify', '--key', 'cosign.pub', '${image}'],
    timeoutSeconds: 120,
  });
  expect(
    parse('{ run: [check, "${digest}"] }').project?.settings.image.verify?.timeoutSeconds,
  ).toBe(60);
  expect(
    parseProject('/p', 'service: app\nenvironments: {}\n').project?.settings.image,
  ).not.toHaveProperty('verify');
});

it.each([
  ['{ run: [cosign, verify] }', /image\.verify\.run: the command does not name the image/u],
  [
    '{ run: [cosign, verify, "${image}", "${commit}"] }',
    /image\.verify\.run: it may hold \$\{image\}/u,
  ],
  ['{ run: [] }', /image\.verify\.run/u],
  ['{ run: [a, "${image}"], shell: true }', /shell/u],
])('refuses %s', (verify, message) => {
  const said = parse(verify).diagnostics.map(({ message: { en } }) => en);
  expect(said.join('\n')).toMatch(message);
});

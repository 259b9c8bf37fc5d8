/** B16: what the words of `actions:` may hold, read where the project is. */
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (action: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nactions:\n  Warm up: ${action}\n`);

it.each([
  '{ run: [warm, "${version}", "${environment}", "${service}", "${revision}"] }',
  '{ run: [warm, "${version}"], on: each-batch }',
  '{ run: [warm, "http://${server}:${port}/${version}"], on: each-server }',
  '{ run: [warm, "${ server }"], on: first-server }',
  '{ run: [sh, -c, "echo $${HOME} $HOME"] }',
])('B16 %s is read', (action) => {
  expect(parse(action).diagnostics).toEqual([]);
});

it.each([
  '{ run: [warm, "${server}"] }',
  '{ run: [warm, "${port}"], on: each-batch }',
  '{ run: [warm, "${revision}"], on: each-server }',
  '{ run: [warm, "${verison}"] }',
  '{ run: [sh, -c, "echo ${HOME}"] }',
])('B16 %s is refused where it is written, with what it may hold', (action) => {
  const [told] = parse(action).diagnostics;
  expect(told?.message.en).toMatch(/actions\.Warm up\.run: it may hold \$\{version\}/u);
  expect(told?.remedy?.en).toContain('$${HOME}');
});

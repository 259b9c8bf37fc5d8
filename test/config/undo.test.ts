/** `undo` of a project's action: what takes back what it did. */
import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const parse = (action: string) =>
  parseProject('/p', `service: app\nenvironments: {}\nactions:\n  Migrate: ${action}\n`);

it.each([
  [
    '{ run: [up], undo: [down, "${previous_version}", "${revision}"] }',
    { argv: ['down', '${previous_version}', '${revision}'], timeoutSeconds: 300 },
  ],
  [
    '{ run: [up], on: each-server, undo: { run: [down, "${server}", 1.10], timeout: 90s } }',
    { argv: ['down', '${server}', '1.10'], timeoutSeconds: 90 },
  ],
])('%s is read', (action, undo) => {
  const { project, diagnostics } = parse(action);
  expect(diagnostics).toEqual([]);
  expect(project?.settings.actions['Migrate']?.undo).toEqual(undo);
});

it('is absent where it is not written', () => {
  expect(parse('{ run: [up] }').project?.settings.actions['Migrate']).not.toHaveProperty('undo');
});

it.each([
  ['true', ''],
  ['它会发送邮件', '它会发送邮件'],
  ['false', undefined],
])('irreversible: %s is read', (given, reason) => {
  const { project, diagnostics } = parse(`{ run: [up], irreversible: ${given} }`);
  expect(diagnostics).toEqual([]);
  expect(project?.settings.actions['Migrate']?.irreversible).toBe(reason);
});

it.each([
  [
    '{ run: [up], undo: [down], irreversible: true }',
    /actions\.Migrate\.irreversible: an action with an undo can be taken back/u,
  ],
  ['{ run: [up], irreversible: [] }', /actions\.Migrate\.irreversible: expected true/u],
  ['{ run: [up, "${previous_version}"] }', /actions\.Migrate\.run: it may hold/u],
  ['{ run: [up], undo: [down, "${server}"] }', /actions\.Migrate\.undo: .*previous_version/u],
  [
    '{ run: [up], on: each-server, undo: { run: [down, "${revision}"] } }',
    /actions\.Migrate\.undo: .*previous_version/u,
  ],
  ['{ run: [up], undo: down }', /actions\.Migrate\.undo: expected a command/u],
  ['{ run: [up], undo: [] }', /actions\.Migrate\.undo/u],
  ['{ run: [up], undo: { timeout: 9s } }', /actions\.Migrate\.undo/u],
])('%s is refused where it is written', (action, message) => {
  const { project, diagnostics } = parse(action);
  expect(project).toBeNull();
  expect(diagnostics.map((each) => each.message.en).join('\n')).toMatch(message);
  expect(diagnostics[0]?.place?.line).toBe(4);
});

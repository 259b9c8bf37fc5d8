import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTIONS, FACTS } from '../../src/actions/index.ts';
import {
  findCriterionPhrase,
  findPhrase,
  findSubject,
  normalisePhrase,
} from '../../src/actions/phrases.ts';

import { RESOURCES } from '../../src/actions/resources.ts';

const actions = Object.values(ACTIONS);
const facts = Object.values(FACTS);

test('every phrase finds its own action or fact, and no two share one', () => {
  for (const { id, phrases } of actions) {
    for (const phrase of [...phrases.zh, ...phrases.en]) expect(findPhrase(phrase)?.id).toBe(id);
  }
  for (const { id, phrases, subjects } of facts) {
    for (const phrase of [...phrases.zh, ...phrases.en])
      expect(findCriterionPhrase(phrase)?.id).toBe(id);
    for (const subject of [...(subjects?.zh ?? []), ...(subjects?.en ?? [])])
      expect(findSubject(subject)?.id).toBe(id);
  }
});

test('an id stands for one definition, whichever action measures the fact', () => {
  for (const [id, definition] of [...Object.entries(ACTIONS), ...Object.entries(FACTS)])
    expect(definition.id).toBe(id);
  for (const fact of actions.flatMap(({ measures }) => measures)) expect(FACTS[fact.id]).toBe(fact);
});

test('what is needed is provided by some action or by the run itself', () => {
  const provided = new Set(actions.flatMap((each) => each.provides));
  for (const { id, needs, takes } of actions) {
    for (const resource of [...needs, ...takes]) {
      const byRun = 'byRun' in RESOURCES[resource];
      expect(byRun || provided.has(resource), `${id} needs ${resource}`).toBe(true);
    }
  }
});

test('the list and the folder agree', () => {
  const folder = new URL('../../src/actions/', import.meta.url);
  const list = readFileSync(new URL('index.ts', folder), 'utf8');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.includes('/') && file.endsWith('.ts') && !file.endsWith('/limits.ts'),
  );
  expect(files.filter((file) => !list.includes(`'./${file}'`))).toEqual([]);
});

test('every action has bounds, and what changes a server can be undone', () => {
  for (const { timeouts, retry } of actions) {
    expect(timeouts.startToCloseSeconds).toBeGreaterThanOrEqual(60);
    expect(retry.maximumAttempts).toBeGreaterThanOrEqual(1);
  }
  const undone = actions.flatMap(({ id, compensation }) =>
    compensation ? [`${id} → ${compensation.id}`] : [],
  );
  expect(undone.sort()).toEqual([
    'config.return → config.restore',
    'config.update → config.restore',
    'pool.drain → pool.readmit',
    'pool.enable → pool.withdraw',
    'release.start → service.remove',
    'routes.update → routes.restore',
    'service.start → service.remove',
    'service.stop → service.restore',
  ]);
});

test('width, case, quotes and final stops do not matter', () => {
  expect(normalisePhrase('构建　Docker 镜像。')).toBe(normalisePhrase('构建docker镜像'));
  expect(findPhrase('run THE static analysis tools.')?.id).toBe('code.analyze');
  expect(findPhrase('起飞')).toBeNull();
});

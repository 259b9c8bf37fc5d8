import { expect, test } from 'vitest';
import {
  ACTIONS,
  FACTS,
  findCriterionPhrase,
  findPhrase,
  findSubject,
  normalisePhrase,
} from '../../src/actions/index.ts';

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

test('ids are their keys, and every fact is measured by some action', () => {
  for (const [id, definition] of [...Object.entries(ACTIONS), ...Object.entries(FACTS)])
    expect(definition.id).toBe(id);
  const measured = new Set(actions.flatMap((each) => each.measures));
  expect(facts.map((each) => each.id).filter((id) => !measured.has(id))).toEqual([]);
});

test('every action has bounds, and what changes a server can be undone', () => {
  for (const { timeouts, retry } of actions) {
    expect(timeouts.startToCloseSeconds).toBeGreaterThan(timeouts.heartbeatSeconds);
    expect(retry.maximumAttempts).toBeGreaterThanOrEqual(1);
  }
  const undone = actions.flatMap(({ id, compensation }) =>
    compensation ? [`${id} → ${compensation}`] : [],
  );
  expect(undone.sort()).toEqual([
    'config.update → config.restore',
    'pool.drain → pool.readmit',
    'pool.enable → pool.withdraw',
    'service.start → service.remove',
    'service.stop → service.restore',
  ]);
});

test('width, case, quotes and final stops do not matter', () => {
  expect(normalisePhrase('构建　Docker 镜像。')).toBe(normalisePhrase('构建docker镜像'));
  expect(findPhrase('run THE static analysis tools.')?.id).toBe('code.analyze');
  expect(findPhrase('起飞')).toBeNull();
});

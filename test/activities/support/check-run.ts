import { createCheckActivities } from '../../../src/activities/code/checks.ts';
import type { CommandSettings } from '../../../src/plan/settings.ts';
import { type CheckoutWorld, inputFor, makeCheckoutWorld, runActivity } from './checkout-world.ts';

type CheckName = 'analyze' | 'lint' | 'scan' | 'audit';
type CheckResult = Awaited<ReturnType<typeof checkIn>>;

const sarif = (results: object[]) =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'scan' } }, results }] });

export const CLEAN = sarif([]);
/** One finding that is serious and of high severity, and one that is neither. */
export const SERIOUS = sarif([
  {
    ruleId: 'sql',
    level: 'error',
    message: { text: 'SQL out of text' },
    properties: { 'security-severity': '9.1' },
  },
  {
    ruleId: 'style',
    level: 'warning',
    message: { text: 'long line' },
    properties: { 'security-severity': '2.0' },
  },
]);

/** A project that holds two reports, clean.sarif and serious.sarif. */
export function makeCheckWorld(files: Readonly<Record<string, string>> = {}) {
  return makeCheckoutWorld({ 'clean.sarif': CLEAN, 'serious.sarif': SERIOUS, ...files });
}

/** @param command of runsheet.yaml; undefined: it names none */
export async function checkIn(
  world: CheckoutWorld,
  action: CheckName,
  command: CommandSettings[CheckName],
) {
  const commands = command === undefined ? {} : { [action]: command };
  const input = await inputFor(world, { commands });
  return runActivity(createCheckActivities(world.ports)[`code.${action}`], input);
}

export function factsOf(result: CheckResult): Record<string, unknown> {
  return Object.fromEntries(result.facts.map((fact) => [fact.id, fact.value]));
}

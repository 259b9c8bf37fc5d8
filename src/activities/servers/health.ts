/** Checks of the new release on each server directly, past the balancer. */
import type { checkPort } from '../../actions/servers/health.ts';
import { say } from '../../diagnostics/language.ts';
import type { HealthSettings, SmokeRequest } from '../../plan/settings.ts';
import { wordsOf } from '../failures.ts';
import type { OutcomeOf } from '../implement.ts';
import { type OnServer, reading, type ServerPorts } from './context.ts';
import { mannerOf } from './manner.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';
import { assertReachable } from './reachable.ts';
import { fill, placeholderValues } from './render.ts';
import { type Answer, askServer, describeAnswer, serviceUrl } from './requests.ts';

type HealthOutcome = OutcomeOf<typeof checkPort>;

/** health.port: the service's port accepts a connection. */
export async function portAnswers(
  ports: ServerPorts,
  input: OnServer,
  { timeoutSeconds }: HealthSettings,
): Promise<HealthOutcome> {
  const { address, servicePort } = ports.hosts.get(input.server);
  const timeoutMs = timeoutSeconds * 1000;
  const place = `${address}:${servicePort}`;
  try {
    await heartbeatWhile(() => ports.http.connect(address, servicePort, timeoutMs));
    return passed(true, [say(input.run, `${place} 可连接`, `${place} accepts connections`)]);
  } catch (error) {
    await endIfCancelled();
    await assertReachable(ports, input);
    const { zh, en } = wordsOf(error);
    return passed(false, [say(input.run, zh, en)]);
  }
}

/** health.endpoint: the status, and the JSON body rule where there is one. */
export async function endpointAnswers(
  ports: ServerPorts,
  input: OnServer,
  health: HealthSettings,
): Promise<HealthOutcome> {
  const host = ports.hosts.get(input.server);
  const manner = await mannerOf(ports, input, health);
  const answer = await askServer(ports.http, host, manner, health);
  if (answer.kind === 'failed') await assertReachable(ports, input);
  const values = placeholderValues(input, host.servicePort);
  const problems = problemsOf(input, health, values, answer);
  const url = serviceUrl(host, manner, health);
  const line = `GET ${url}: ${describeAnswer(input, answer, health.status)}`;
  return passed(problems.length === 0, [line, ...uncertified(input, health), ...problems]);
}

function problemsOf(
  input: OnServer,
  health: HealthSettings,
  values: Readonly<Record<string, string>>,
  answer: Answer,
): string[] {
  if (answer.kind === 'failed') return [say(input.run, '没有应答', 'no answer')];
  const problems: string[] = [];
  if (answer.status !== health.status) {
    problems.push(
      say(
        input.run,
        `状态应为 ${health.status}，实际 ${answer.status}`,
        `status should be ${health.status}, is ${answer.status}`,
      ),
    );
  }
  const rules = Object.entries(health.json ?? {});
  const body = rules.length === 0 ? null : parsed(answer.body);
  for (const [path, rule] of rules) {
    const expected =
      typeof rule === 'string' ? fill(input, rule, values, `health.json.${path}`) : rule;
    const actual = valueAt(body, path);
    if (actual === expected) continue;
    const shown = JSON.stringify(actual)?.slice(0, 60) ?? '-';
    problems.push(
      say(
        input.run,
        `${path} 应为 ${expected}，实际 ${shown}`,
        `${path} should be ${expected}, is ${shown}`,
      ),
    );
  }
  return problems;
}

/** Never silent: nobody has looked at who answers. */
function uncertified({ run }: OnServer, { tls }: HealthSettings): readonly string[] {
  if (tls?.verify !== false) return [];
  return [
    say(
      run,
      '未验证证书（health.tls.verify: false）',
      'the certificate was not verified (health.tls.verify: false)',
    ),
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `data.version` names the member version of the member data. */
function valueAt(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    return Object.entries(value).find(([key]) => key === name)?.[1];
  }, body);
}

/** health.smoke: the project's own requests, one after the other. */
export async function smokePasses(
  ports: ServerPorts,
  input: OnServer,
  health: HealthSettings,
): Promise<HealthOutcome> {
  const { smoke } = health;
  if (smoke.length === 0) {
    return passed(true, [
      say(
        input.run,
        '项目没有定义 health.smoke 请求',
        'the project defines no health.smoke requests',
      ),
    ]);
  }
  const host = ports.hosts.get(input.server);
  const manner = await mannerOf(ports, input, health);
  const lines: string[] = [];
  let good = true;
  for (const request of smoke) {
    const { method, path, status } = request;
    const answer = await askServer(ports.http, host, manner, { method, path });
    if (answer.kind === 'failed') await assertReachable(ports, input);
    const isGood = smokePassed(input, request, placeholderValues(input, host.servicePort), answer);
    good &&= isGood;
    lines.push(`${isGood ? '✓' : '✗'} ${method} ${path}: ${describeAnswer(input, answer, status)}`);
    if (!isGood) lines.push(expectation(input, request));
  }
  return passed(good, lines);
}

function smokePassed(
  input: OnServer,
  request: SmokeRequest,
  values: Readonly<Record<string, string>>,
  answer: Answer,
): boolean {
  if (answer.kind === 'failed' || answer.status !== request.status) return false;
  if (request.contains === undefined) return true;
  return answer.body.includes(fill(input, request.contains, values, 'health.smoke.contains'));
}

function expectation(input: OnServer, { status, contains }: SmokeRequest): string {
  const text = contains === undefined ? '' : `, "${contains}"`;
  return say(input.run, `应为 HTTP ${status}${text}`, `should be HTTP ${status}${text}`);
}

function passed(value: boolean, lines: readonly string[]): HealthOutcome {
  return { facts: { 'health.passed': reading(value, lines.join('; ')) }, evidence: lines };
}

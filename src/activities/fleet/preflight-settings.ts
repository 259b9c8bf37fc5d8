/** What a run would fill in on each server, filled in before anything is built. Writes nothing. */
import type { ActionId } from '../../actions/index.ts';
import { say } from '../../diagnostics/language.ts';
import type { PreflightCheck, PreflightResult, SourcePin } from '../../plan/run.ts';
import type { HealthSettings } from '../../plan/settings.ts';
import { isPortError } from '../failures.ts';
import type { OfRun, OnServer } from '../servers/context.ts';
import { filledStart, type ReleaseSettings } from '../servers/manifest.ts';
import { secretsShown } from '../servers/manner.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { fill, placeholderValues, reveal } from '../servers/render.ts';
import { renderAll } from '../servers/template-files.ts';
import { check, failedBy, isOutOfReach, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

export interface SettingsWork extends OfRun {
  readonly servers: readonly string[];
  /** The actions of the plan. */
  readonly does: readonly ActionId[];
}

/** The version's source, configuration files and start settings; each secret is resolved, and kept nowhere. */
export async function examineSettings(
  ports: FleetPorts,
  work: SettingsWork,
  settings: ReleaseSettings,
): Promise<readonly PreflightResult[]> {
  const [found, pin] = await sourceOf(ports, work);
  const checks: PreflightCheck[] = [];
  if (pin !== null && work.does.includes('config.update')) {
    checks.push(
      await onEach(work, 'files', say(work.run, '可以填写', 'can be filled in'), (server) =>
        renderAll(ports, { run: work.run, server, source: pin }, settings.files),
      ),
    );
  }
  if (work.does.includes('service.start')) {
    checks.push(
      await onEach(work, 'start', say(work.run, '可以启动', 'can be started'), (server) =>
        fillStart(ports, { run: work.run, server }, settings),
      ),
    );
  }
  const rules = answerRules(work.does, settings.health);
  const secrets = secretsShown(settings.health);
  if (rules.length + secrets.length > 0) {
    checks.push(
      await onEach(work, 'health', say(work.run, '可以检查', 'can be checked'), async (server) => {
        const values = placeholderValues({ run: work.run, server }, portOf(ports, server));
        for (const [place, rule] of rules) fill(work, rule, values, place);
        for (const reference of secrets) await reveal(ports.secrets, reference);
      }),
    );
  }
  const own: PreflightResult = { subject: 'settings', reachable: true, checks };
  return checks.length === 0 ? [found] : [found, own];
}

async function sourceOf(
  ports: FleetPorts,
  { run }: OfRun,
): Promise<readonly [PreflightResult, SourcePin | null]> {
  const about = { subject: 'source', reachable: true } as const;
  try {
    const pin = await heartbeatWhile(() => ports.source.resolve(run.version));
    return [{ ...about, checks: [ok('source', `${run.version} = ${pin.revision}`)] }, pin];
  } catch (error) {
    await endIfCancelled();
    const checks = [failedBy('source', error, { run })];
    return [{ ...about, reachable: !isOutOfReach(error), checks }, null];
  }
}

/** A sentence that holds for all servers is said once. */
async function onEach(
  { run, servers }: SettingsWork,
  name: PreflightCheck['name'],
  good: string,
  work: (server: string) => Promise<unknown>,
): Promise<PreflightCheck> {
  const problems = new Map<string, string[]>();
  await heartbeatWhile(async () => {
    for (const server of servers) {
      try {
        await work(server);
      } catch (error) {
        const { detail } = isPortError(error)
          ? failedBy(name, error, { run })
          : check(name, 'failed', error instanceof Error ? error.message : String(error));
        problems.set(detail, [...(problems.get(detail) ?? []), server]);
      }
    }
  });
  await endIfCancelled();
  if (problems.size === 0) return ok(name, good);
  const lines = [...problems].map(([problem, found]) =>
    found.length === servers.length ? problem : `${found.join(', ')}: ${problem}`,
  );
  return check(name, 'failed', lines.join('; '));
}

/** What the plan's health checks hold answers against, and where it stands. */
function answerRules(
  does: readonly ActionId[],
  { json = {}, smoke }: HealthSettings,
): readonly (readonly [string, string])[] {
  const bodies = Object.entries(json).flatMap(([path, rule]) =>
    typeof rule === 'string' ? [[`health.json.${path}`, rule] as const] : [],
  );
  const texts = smoke.flatMap(({ contains }) =>
    contains === undefined ? [] : [['health.smoke.contains', contains] as const],
  );
  return [
    ...(does.includes('health.endpoint') ? bodies : []),
    ...(does.includes('health.smoke') ? texts : []),
  ];
}

function portOf({ hosts }: FleetPorts, server: string): number {
  return hosts.get(server).servicePort;
}

async function fillStart(
  ports: FleetPorts,
  input: OnServer,
  settings: ReleaseSettings,
): Promise<void> {
  const { variables } = filledStart(ports, input, settings, input.run.version);
  for (const value of Object.values(variables)) await reveal(ports.secrets, value);
}

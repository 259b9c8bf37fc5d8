/** Whether the release that runs can be started again with what it runs with, before it is stopped. */
import type { ActionId } from '../../actions/index.ts';
import { say } from '../../diagnostics/language.ts';
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { PreflightCheck } from '../../plan/run.ts';
import type { HealthSettings } from '../../plan/settings.ts';
import type { ServiceState } from '../../ports/container-runtime.ts';
import { type OnServer } from '../servers/context.ts';
import { filledStart, type ReleaseSettings } from '../servers/manifest.ts';
import { readManifest } from '../servers/manifest-file.ts';
import { secretsShown } from '../servers/manner.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { reveal } from '../servers/render.ts';
import { check, failedBy, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

interface KeptRelease {
  readonly checks: readonly PreflightCheck[];
  /** Its own health check; null: not known. */
  readonly health: HealthSettings | null;
}

interface KeptWork extends OnServer {
  /** The actions of the plan: a restart starts it again, a deployment only where it fails. */
  readonly does: readonly ActionId[];
}

type StartSettings = Pick<ReleaseSettings, 'image' | 'runtime' | 'container'>;

const NOTHING: KeptRelease = { checks: [], health: null };

/** Nothing is checked where nothing runs: nothing is started again then. */
export async function keptRelease(
  ports: FleetPorts,
  input: KeptWork,
  settings: StartSettings,
  { running, release }: ServiceState,
): Promise<KeptRelease> {
  if (!running || release === null) return NOTHING;
  const { version } = release;
  try {
    const kept = await heartbeatWhile(() => readManifest(ports, input, release));
    if (kept === null)
      return { checks: [await withoutManifest(ports, input, settings, version)], health: null };
    return { checks: [await secretsCheck(ports, input, kept)], health: kept.health };
  } catch (error) {
    await endIfCancelled();
    const failed = failedBy('release', error, input);
    return { checks: [failed], health: null };
  }
}

/** A container is started as it was; a process with the settings of now, which a restart has to have. */
async function withoutManifest(
  ports: FleetPorts,
  input: KeptWork,
  settings: StartSettings,
  version: string,
): Promise<PreflightCheck> {
  const { run } = input;
  if (settings.image.kind === 'docker') {
    return ok(
      'release',
      say(
        run,
        `没有记录 ${version} 的运行设置：回滚会原样启动保留的容器`,
        `nothing says what ${version} runs with: a rollback starts its container as it was`,
      ),
    );
  }
  if (resumes(input)) {
    const { variables } = filledStart(ports, input, settings, version);
    for (const value of Object.values(variables)) await reveal(ports.secrets, value);
  }
  return check(
    'release',
    'warning',
    say(
      run,
      `没有记录 ${version} 的运行设置：回滚会按 runsheet.yaml 现在的设置启动它`,
      `nothing says what ${version} runs with: a rollback starts it with the settings that runsheet.yaml has now`,
    ),
  );
}

function resumes({ does }: KeptWork): boolean {
  return does.includes('service.resume');
}

/**
 * A container that is kept needs none to start; where it is gone, and of processes, they are resolved
 * again. Those that its health check shows are needed by both.
 */
async function secretsCheck(
  ports: FleetPorts,
  input: KeptWork,
  { version, kind, variables, health }: ReleaseManifest,
): Promise<PreflightCheck> {
  const { run } = input;
  const known = say(run, `${version} 的运行设置已记录`, `what ${version} runs with is on record`);
  const started = Object.values(variables).filter((value) => value.startsWith('secret://'));
  const references = [...(kind === 'docker' ? [] : started), ...secretsShown(health)];
  const missing: string[] = [];
  for (const reference of new Set(references)) {
    const isThere = await ports.secrets.resolve(reference).then(
      () => true,
      () => false,
    );
    if (!isThere) missing.push(reference);
  }
  if (missing.length === 0) return ok('release', known);
  const names = missing.join(', ');
  if (resumes(input)) {
    const zh = `${version} 使用的 ${names} 现在没有值，无法重新启动它：请先恢复这些密钥`;
    const en = `${names}, with which ${version} runs, has no value now, so it could not be started again: provide it first`;
    return check('release', 'failed', say(run, zh, en));
  }
  return check(
    'release',
    'warning',
    say(
      run,
      `${version} 使用的 ${names} 现在没有值：回滚无法启动它；请先恢复这些密钥`,
      `${names}, with which ${version} runs, has no value now: a rollback could not start it; provide it again first`,
    ),
  );
}

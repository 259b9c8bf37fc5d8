/** Whether the release that runs can be started again with what it runs with, before it is stopped. */
import { say } from '../../diagnostics/language.ts';
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { PreflightCheck } from '../../plan/run.ts';
import type { HealthSettings, ImageSettings } from '../../plan/settings.ts';
import type { ServiceState } from '../../ports/container-runtime.ts';
import { type OnServer } from '../servers/context.ts';
import { readManifest } from '../servers/manifest-file.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { check, failedBy, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

interface KeptRelease {
  readonly checks: readonly PreflightCheck[];
  /** Its own health check; null: not known. */
  readonly health: HealthSettings | null;
}

const NOTHING: KeptRelease = { checks: [], health: null };

/** Nothing is checked where nothing runs: nothing is started again then. */
export async function keptRelease(
  ports: FleetPorts,
  input: OnServer,
  { kind }: ImageSettings,
  { running, release }: ServiceState,
): Promise<KeptRelease> {
  if (!running || release === null) return NOTHING;
  const { version } = release;
  try {
    const kept = await heartbeatWhile(() => readManifest(ports, input, release));
    if (kept === null) return { checks: [withoutManifest(input, kind, version)], health: null };
    return { checks: [await secretsCheck(ports, input, kept)], health: kept.health };
  } catch (error) {
    await endIfCancelled();
    const failed = failedBy('release', error, input);
    return { checks: [failed], health: null };
  }
}

function withoutManifest(
  { run }: OnServer,
  kind: ImageSettings['kind'],
  version: string,
): PreflightCheck {
  if (kind === 'docker') {
    return ok(
      'release',
      say(
        run,
        `没有记录 ${version} 的运行设置：回滚会原样启动保留的容器`,
        `nothing says what ${version} runs with: a rollback starts its container as it was`,
      ),
    );
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

/** A container that is kept needs none; where it is gone, and of processes, they are resolved again. */
async function secretsCheck(
  ports: FleetPorts,
  { run }: OnServer,
  { version, kind, variables }: ReleaseManifest,
): Promise<PreflightCheck> {
  const known = say(run, `${version} 的运行设置已记录`, `what ${version} runs with is on record`);
  if (kind === 'docker') return ok('release', known);
  const references = Object.values(variables).filter((value) => value.startsWith('secret://'));
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

/** What a preflight says of repairs without Temporal that a server has an entry of. */
import { say } from '../../diagnostics/language.ts';
import type { PreflightCheck } from '../../plan/run.ts';
import { diagnosed } from '../failures.ts';
import type { OnServer } from '../servers/context.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { importEntries } from '../servers/repair-entries.ts';
import { check, failedBy, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

/** Nothing is said where there is none. Whatever is wrong with one keeps no run back: it is told. */
export async function repairChecks(
  ports: FleetPorts,
  input: OnServer,
): Promise<readonly PreflightCheck[]> {
  const { run } = input;
  try {
    const { imported, refused } = await heartbeatWhile(() => importEntries(ports, input));
    return [
      ...imported.map(({ name, version, who, endedAtMs }) => {
        const when = new Date(endedAtMs).toISOString();
        const zh = `已记录没有 Temporal 时的修复 ${name}（${who}，${when}）：${version}`;
        const en = `put the repair without Temporal ${name} on record (${who}, ${when}): ${version}`;
        return ok('records', say(run, zh, en));
      }),
      ...refused.map((each) =>
        check('records', 'warning', `${each.code}: ${diagnosed(run, each).message}`),
      ),
    ];
  } catch (error) {
    await endIfCancelled();
    const { detail } = failedBy('records', error, input);
    return [check('records', 'warning', detail)];
  }
}

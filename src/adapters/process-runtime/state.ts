import type { ServiceState } from '../../ports/container-runtime.ts';
import { assertReadable } from '../shell/schema.ts';

interface CurrentRecord {
  readonly schema?: number;
  readonly startedAt: string;
  readonly release: { readonly digest: string; readonly version: string; readonly runId: string };
}

/**
 * Reads what inspectScript prints; starts are in the order of each release's last start.
 * @param place the service's folder on the server
 * @throws PortError NEWER_RUNSHEET
 */
export function readState(server: string, place: string, printed: string): ServiceState {
  const lines = printed.split('\n').filter((line) => line !== '');
  const first = lines.indexOf('--');
  const second = lines.indexOf('--', first + 1);
  const current = readRecord(lines.slice(1, first).join('\n'));
  assertReadable(server, `${place}/current.json`, current?.schema);
  const starts: Record<string, number> = {};
  for (const line of lines.slice(second + 1)) {
    const [, digest = '', , schema] = line.split(' ');
    assertReadable(server, `${place}/starts`, schema);
    const count = (starts[digest] ?? 0) + 1;
    delete starts[digest];
    starts[digest] = count;
  }
  const release = current?.release;
  return {
    running: lines[0] === 'running',
    release:
      release === undefined
        ? null
        : { digest: release.digest, version: release.version, runId: release.runId },
    present: lines
      .slice(first + 1, second)
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map((hex) => `sha256:${hex}`),
    starts,
  };
}

function readRecord(text: string): CurrentRecord | null {
  if (text === '') return null;
  return JSON.parse(text) as CurrentRecord;
}

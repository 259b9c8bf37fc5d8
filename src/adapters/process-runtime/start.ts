import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ReleaseStart } from '../../ports/container-runtime.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { failure } from '../refusal.ts';
import { assertReadable } from '../shell/schema.ts';
import { failed, folderOf, hexOf, type Quote, runScript, SCRIPT_TIMEOUT_MS } from './on-server.ts';
import { EXIT, startScript } from './script.ts';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws PortError `not-found` where the release was not pulled, `conflict` where another runs */
export async function startRelease(
  quote: Quote,
  host: ServerHost,
  service: string,
  release: ReleaseStart,
): Promise<void> {
  const { digest, version, runId, port, command } = release;
  const environment = {
    PORT: String(port),
    RUNSHEET_VERSION: version,
    RUNSHEET_SERVER: host.name,
    RUNSHEET_SERVICE: service,
    RUNSHEET_CONFIG_DIR: `${host.baseFolder}/config`,
    ...release.environment,
  };
  // Values may be secrets: the record names no variable.
  const record = JSON.stringify({ digest, version, runId, port, command });
  const script = startScript({
    folder: quote([folderOf(host, service)]),
    hex: hexOf(digest),
    digest: quote([digest]),
    runId: quote([runId]),
    release: quote([record]),
    exports: exportsOf(host.name, environment, quote),
    command: quote(command),
  });
  const result = await runScript(host, script, SCRIPT_TIMEOUT_MS);
  if (result.exitCode === 0) return;
  if (result.exitCode === EXIT.newer) {
    const [file = '', form] = result.stdout.trim().split(' ');
    assertReadable(host.name, `${folderOf(host, service)}/${file}`, form);
  }
  if (result.exitCode === EXIT.missing) {
    const named = { server: host.name, digest };
    throw failure(host.name, diagnose('NOT_FOUND', 'processNotPulled', named));
  }
  if (result.exitCode === EXIT.conflict) {
    const named = { server: host.name, service };
    throw failure(host.name, diagnose('CONFLICT', 'processOtherRelease', named));
  }
  throw failed(host.name, { zh: '启动', en: 'start' }, service, result);
}

function exportsOf(
  server: string,
  environment: Readonly<Record<string, string>>,
  quote: Quote,
): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (VARIABLE.test(name)) return `export ${name}=${quote([value])}`;
    throw failure(server, diagnose('INVALID', 'processVariable', { value: JSON.stringify(name) }));
  });
  return lines.join('\n');
}

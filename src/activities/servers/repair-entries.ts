/**
 * What a repair without Temporal has left on a server: read by the next run, believed only if it is as it
 * was signed, put on record once, and removed after a success.
 */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { oneLine, say } from '../../diagnostics/language.ts';
import type { RepairEntry } from '../../plan/repair-entry.ts';
import type { DeploymentRecord } from '../../ports/record-store.ts';
import type { Signature } from '../../ports/seal.ts';
import type { OnServer, ServerPorts } from './context.ts';

type EntryPorts = Pick<ServerPorts, 'hosts' | 'seal' | 'records'>;

/** Of one server. */
export interface FoundEntries {
  /** Put on record just now. */
  readonly imported: readonly RepairEntry[];
  /** What is not believed, and stays where it is. */
  readonly refused: readonly Diagnostic[];
}

const MODE = 0o600;
/** More than these nobody has left: the last written are read. */
const MOST = 20;
const LONGEST = 256 * 1024;
const NAME = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.json$/u;

/** By the program that repairs without Temporal. */
export async function writeEntry(
  ports: Pick<ServerPorts, 'hosts' | 'seal'>,
  input: OnServer,
  entry: RepairEntry,
): Promise<void> {
  const seal = await ports.seal.sign(entry);
  const text = `${JSON.stringify({ entry, seal })}\n`;
  await ports.hosts.get(input.server).writeFile(placeOf(input, entry.id), text, { mode: MODE });
}

/** Twice is once: what is on record already is left as it is. @throws where the records do not answer */
export async function importEntries(ports: EntryPorts, input: OnServer): Promise<FoundEntries> {
  const imported: RepairEntry[] = [];
  const refused: Diagnostic[] = [];
  for (const id of await entriesOn(ports, input)) {
    const found = await readEntry(ports, input, id);
    if (found === null) continue;
    if ('refusal' in found) {
      refused.push(found.refusal);
      continue;
    }
    const { entry } = found;
    if ((await ports.records.find(entry.id)) !== null) continue;
    await ports.records.write(recordOf(entry, input));
    imported.push(entry);
  }
  return { imported, refused };
}

/** After a success: those that are on record. What is not believed is for a person to look at. */
export async function removeImported(ports: EntryPorts, input: OnServer): Promise<void> {
  const host = ports.hosts.get(input.server);
  const old: string[] = [];
  for (const id of await entriesOn(ports, input)) {
    const found = await readEntry(ports, input, id);
    const isDone =
      found !== null && 'entry' in found && (await ports.records.find(found.entry.id)) !== null;
    if (isDone) old.push(`${host.baseFolder}/${placeOf(input, id)}`);
  }
  if (old.length > 0) await host.exec(['rm', '-f', '--', ...old]);
}

type Read = { readonly entry: RepairEntry } | { readonly refusal: Diagnostic };

/** null: it is gone, or of another environment, whose own run reads it. */
async function readEntry(ports: EntryPorts, input: OnServer, id: string): Promise<Read | null> {
  const { server, run } = input;
  const file = placeOf(input, id);
  const content = await ports.hosts.get(server).readFile(file);
  if (content === null) return null;
  const found = content.length > LONGEST ? null : parsed(content.toString('utf8'));
  const said = { server, file };
  if (found === null) return { refusal: diagnose('REPAIR_ENTRY_REFUSED', 'content', said) };
  const { signed, seal } = found;
  const verdict = await ports.seal.verify(signed, seal);
  if (verdict === 'unknown-key') {
    const key = seal.key.slice(0, 64);
    return { refusal: diagnose('REPAIR_ENTRY_REFUSED', 'key', { ...said, key }) };
  }
  if (verdict === 'changed') return { refusal: diagnose('REPAIR_ENTRY_REFUSED', 'content', said) };
  if (signed['kind'] !== 'offline-repair' || signed['schema'] !== 1)
    return { refusal: diagnose('REPAIR_ENTRY_REFUSED', 'form', said) };
  // Signed in this form, so it has this form.
  const entry = signed as unknown as RepairEntry;
  const isOurs =
    entry.id === id &&
    entry.project === run.project &&
    entry.service === run.service &&
    entry.servers.some((each) => each.server === server);
  if (!isOurs) return { refusal: diagnose('REPAIR_ENTRY_REFUSED', 'foreign', said) };
  return entry.environment === run.environment ? { entry } : null;
}

/** Their ids, the last written first. */
async function entriesOn(
  ports: Pick<ServerPorts, 'hosts'>,
  input: OnServer,
): Promise<readonly string[]> {
  const host = ports.hosts.get(input.server);
  const folder = `${host.baseFolder}/${folderOf(input)}`;
  const { exitCode, stdout } = await host.exec(['ls', '-t', folder]);
  if (exitCode !== 0) return [];
  return stdout
    .split('\n')
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .slice(0, MOST);
}

function recordOf(entry: RepairEntry, { run }: OnServer): DeploymentRecord {
  const { id, name, service, environment, version, digest, outcome, who, reason } = entry;
  const { startedAtMs, endedAtMs, servers } = entry;
  const heading = say(run, '没有 Temporal 时的修复', 'Repair without Temporal');
  const lines = servers.map(({ server, from, to }) => `- ${server}: ${from ?? '–'} → ${to ?? '–'}`);
  return {
    requestId: id,
    workflowId: name,
    service,
    environment,
    version,
    revision: null,
    digest,
    planDigest: '',
    outcome,
    requestedBy: who,
    approvals: [],
    startedAtMs,
    durationMs: endedAtMs - startedAtMs,
    servers: servers.map(({ server }) => server),
    report: [`# ${heading}`, '', `${oneLine(who)}: ${oneLine(reason)}`, '', ...lines, ''].join(
      '\n',
    ),
  };
}

function folderOf({ run }: OnServer): string {
  return `services/${run.service}/repairs`;
}

function placeOf(input: OnServer, id: string): string {
  return `${folderOf(input)}/${id}.json`;
}

interface Kept {
  readonly signed: Readonly<Record<string, unknown>>;
  readonly seal: Signature;
}

/** null: this is not what we wrote. */
function parsed(text: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(text);
    if (!isObject(kept) || !isObject(kept['entry']) || !isObject(kept['seal'])) return null;
    const { key, value } = kept['seal'];
    if (typeof key !== 'string' || typeof value !== 'string') return null;
    return { signed: kept['entry'], seal: { key, value } };
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

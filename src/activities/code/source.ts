/** Where `version` becomes a pinned source, and the run's own clean checkout of it. */
import { join } from 'node:path';
import type { RunRef, SourcePin } from '../../plan/run.ts';
import type { Ports } from '../../ports/ports.ts';
import { withHeartbeat } from '../context.ts';
import type { SystemActivities } from '../contract.ts';

export type SourceActivities = Pick<SystemActivities, 'resolveSource'>;
export type SourcePorts = Pick<Ports, 'source' | 'artifacts'>;

/** `resolveSource` pins the version to a commit or content digest and makes the checkout. */
export function createSourceActivities(ports: SourcePorts): SourceActivities {
  return {
    resolveSource: ({ run }) =>
      withHeartbeat(async ({ report }) => {
        const pin = await ports.source.resolve(run.version);
        report(`${run.version} = ${pin.revision}`);
        await checkout(ports, run, pin);
        return pin;
      }),
  };
}

/**
 * The run's checkout. Every activity calls it first: the files of the source are put back as pinned,
 * and what earlier commands made beside them (packages, build results, reports) stays.
 * @returns the folder, `<run folder>/source`
 */
export function ensureCheckout(
  ports: SourcePorts,
  { run, source }: { readonly run: RunRef; readonly source: SourcePin },
): Promise<string> {
  return checkout(ports, run, source);
}

async function checkout(ports: SourcePorts, run: RunRef, pin: SourcePin): Promise<string> {
  const folder = join(await ports.artifacts.folder(run.requestId), 'source');
  await ports.source.checkout(pin.revision, folder);
  return folder;
}

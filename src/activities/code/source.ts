/** Where `version` becomes a pinned source, and the run's own clean checkout of it. */
import type { RunRef, SourcePin } from '../../plan/run.ts';
import type { Ports } from '../../ports/ports.ts';
import { withHeartbeat } from '../context.ts';
import type { SystemActivities } from '../contract.ts';
import { refuseMissing } from './missing-content.ts';

export type SourceActivities = Pick<SystemActivities, 'resolveSource'>;
export type SourcePorts = Pick<Ports, 'source'>;

/**
 * `resolveSource` pins the version to a commit or content digest and makes the checkout, which holds
 * all that it names.
 */
export function createSourceActivities(ports: SourcePorts): SourceActivities {
  return {
    resolveSource: ({ run }) =>
      withHeartbeat(async ({ report }) => {
        const pin = await ports.source.resolve(run.version);
        report(`${run.version} = ${pin.revision}`);
        await checkout(ports, run, pin);
        refuseMissing(run, await ports.source.missing(pin.revision, run.requestId));
        return pin;
      }),
  };
}

/**
 * The run's checkout. Every activity calls it first: the files of the source are put back as pinned,
 * and what earlier commands made beside them (packages, build results, reports) stays.
 * @returns the folder of the source
 */
export function ensureCheckout(
  ports: SourcePorts,
  { run, source }: { readonly run: RunRef; readonly source: SourcePin },
): Promise<string> {
  return checkout(ports, run, source);
}

function checkout(ports: SourcePorts, run: RunRef, pin: SourcePin): Promise<string> {
  return ports.source.checkout(pin.revision, run.requestId);
}

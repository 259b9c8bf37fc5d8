/** Where `version` becomes a pinned source, and that the run's own clean checkout. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CheckoutPlace, RunRef, SourcePin } from '../../plan/run.ts';
import type { Ports } from '../../ports/ports.ts';
import { withHeartbeat } from '../context.ts';
import type { SystemActivities } from '../contract.ts';
import { diagnosed } from '../failures.ts';
import { refuseMissing } from './missing-content.ts';

export type SourcePorts = Pick<Ports, 'source'>;
/** Where a worker that builds has its checkouts. */
export type OwnPlace = Omit<CheckoutPlace, 'checkout'>;

/** `resolveSource` pins the version to a commit or content digest. */
export function createSourceActivities({
  source,
}: SourcePorts): Pick<SystemActivities, 'resolveSource'> {
  return {
    resolveSource: ({ run }) =>
      withHeartbeat(async ({ report }) => {
        const pin = await source.resolve(run.version);
        report(`${run.version} = ${pin.revision}`);
        return pin;
      }),
  };
}

/** `takeCheckout` makes the checkout of what is pinned, which holds all that it names. */
export function createCheckoutActivities(
  { source }: SourcePorts,
  own: OwnPlace,
): Pick<SystemActivities, 'takeCheckout'> {
  return {
    takeCheckout: ({ run, source: pin }) =>
      withHeartbeat(async () => {
        if (pin === undefined) throw notResolved(run);
        await fetchPinned({ source }, run, pin);
        await source.checkout(pin.revision, run.requestId);
        refuseMissing(run, await source.missing(pin.revision, run.requestId));
        return { ...own, checkout: await source.checkoutId(run.requestId) };
      }),
  };
}

/** The worker that pinned it may be another one, which has fetched it elsewhere. */
async function fetchPinned({ source }: SourcePorts, run: RunRef, pin: SourcePin): Promise<void> {
  const isHere = await source.files(pin.revision).then(
    () => true,
    () => false,
  );
  if (isHere) return;
  const { revision } = await source.resolve(run.version);
  if (revision === pin.revision) return;
  const named = { version: run.version, here: revision, pinned: pin.revision };
  throw diagnosed(run, diagnose('SOURCE_DIFFERS', 'worker', named));
}

export interface InCheckout {
  readonly run: RunRef;
  readonly source: SourcePin;
  /** That which the tasks before it were done in. */
  readonly checkout?: string;
}

/**
 * The run's checkout. Every activity calls it first: the files of the source are put back as pinned,
 * and what earlier commands made beside them (packages, build results, reports) stays.
 * @returns the folder of the source
 * @throws ApplicationFailure CHECKOUT_GONE where it is not the one that those commands ran in
 */
export async function ensureCheckout(
  { source: sources }: SourcePorts,
  { run, source, checkout }: InCheckout,
): Promise<string> {
  const folder = await sources.checkout(source.revision, run.requestId);
  if (checkout === undefined || (await sources.checkoutId(run.requestId)) === checkout)
    return folder;
  throw diagnosed(run, diagnose('CHECKOUT_GONE', 'made', {}));
}

function notResolved(run: RunRef): Error {
  return diagnosed(run, diagnose('SOURCE_NOT_RESOLVED', 'version', { version: run.version }));
}

/** What a registry refuses because of who asks. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';

/** The login is missing or wrong, as far as we know. */
export function denied({ host, origin }: URL, repository: string | null, said: string): PortError {
  const named = { registry: origin, said };
  return refusal(
    'refused',
    host,
    repository === null
      ? diagnose('REGISTRY_DENIED', 'worker', named)
      : diagnose('REGISTRY_DENIED', 'repository', { ...named, repository }),
  );
}

/** The login is not what is wrong. */
export function notShown(
  { host, origin }: URL,
  about: { readonly repository: string; readonly said: string; readonly isRead: boolean },
): PortError {
  const { repository, said, isRead } = about;
  const named = { registry: origin, repository, said };
  return isRead
    ? refusal('not-found', host, diagnose('REGISTRY_DENIED', 'noRepository', named))
    : refusal('refused', host, diagnose('REGISTRY_DENIED', 'noPush', named));
}

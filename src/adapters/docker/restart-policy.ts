/** Whether a container comes up by itself: only the one that a run has succeeded with may. */
import type { ContainerInspectInfo, HostRestartPolicy } from 'dockerode';
import { restartPolicy } from './container-body.ts';
import type { ServiceContainer } from './containers.ts';
import { inspectContainer } from './inspect.ts';
import { appendJournal } from './journal.ts';
import type { Found, Service } from './service.ts';

export function setRestart({ engine }: Service, id: string, restart: string): Promise<void> {
  return engine.ask(
    { zh: '设置重启策略', en: 'set a restart policy' },
    async (docker, abortSignal) => {
      const RestartPolicy = restartPolicy(restart);
      await docker.getContainer(id).update({ RestartPolicy, abortSignal });
    },
  );
}

export function policyOf(detail: ContainerInspectInfo): string {
  return policyText(detail.HostConfig.RestartPolicy ?? { Name: '' });
}

/** What somebody else had made it with is written down before it is changed. */
export async function rememberPolicy(
  service: Service,
  { adopted }: Pick<Found, 'adopted'>,
  { id, restart }: ServiceContainer,
  policy: string,
): Promise<void> {
  if (restart !== null || adopted.some((each) => each.id === id)) return;
  const entry = { kind: 'adopted', id, restart: policy } as const;
  await appendJournal(service.engine.host, service.service, entry);
}

/** One that does not run, because it or its engine crashed, would still come up with the server. */
export async function keepDown(
  service: Service,
  found: Pick<Found, 'adopted'>,
  container: ServiceContainer,
): Promise<void> {
  const detail = await inspectContainer(service, container.id);
  const policy = detail === null ? 'no' : policyOf(detail);
  if (policy === 'no') return;
  await rememberPolicy(service, found, container, policy);
  await setRestart(service, container.id, 'no');
}

/** It comes up by itself again, as it did before the run. */
export async function restorePolicy(
  service: Service,
  { adopted }: Pick<Found, 'adopted'>,
  { id, restart }: ServiceContainer,
): Promise<void> {
  const wanted = restart ?? adopted.find((each) => each.id === id)?.restart;
  if (wanted !== undefined) await setRestart(service, id, wanted);
}

function policyText({ Name, MaximumRetryCount = 0 }: HostRestartPolicy): string {
  if (Name === '') return 'no';
  return MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
}

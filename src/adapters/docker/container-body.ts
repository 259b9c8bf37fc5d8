/** What the engine is asked for when it creates a container: docker-compose's keys, as the API has them. */
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type {
  ContainerOptions,
  PublishedPort,
  ReleaseStart,
  VolumeMount,
} from '../../ports/container-runtime.ts';
import { SCHEMA } from '../shell/schema.ts';
import { LABEL } from './names.ts';

const NANOSECONDS = 1e9;
/** Networks that the engine has by itself; they know no names of containers. */
const BUILT_IN = new Set(['bridge', 'default', 'host', 'none']);

export interface ContainerPlan {
  readonly server: string;
  readonly service: string;
  readonly name: string;
  /** `host/repository@sha256:…`. */
  readonly image: string;
  readonly release: ReleaseStart;
}

/** The restart policy is off until the run has succeeded; the label keeps the one that is wanted. */
export function containerBody(plan: ContainerPlan): ContainerCreateOptions {
  const { name, image, release } = plan;
  const container = release.container ?? DEFAULTS;
  const ports = portsOf(container, release.port);
  return {
    name,
    Image: image,
    ...(container.command !== null && { Cmd: [...container.command] }),
    ...(container.entrypoint !== null && { Entrypoint: [...container.entrypoint] }),
    ...(container.user !== undefined && { User: container.user }),
    ...(container.workingDir !== undefined && { WorkingDir: container.workingDir }),
    ...(container.hostname !== undefined && { Hostname: container.hostname }),
    Env: environmentOf(plan),
    Labels: labelsOf(plan, container),
    ExposedPorts: Object.fromEntries(ports.map(([key]) => [key, {}])),
    Volumes: anonymousVolumes(container.volumes),
    ...(container.stopSignal !== undefined && { StopSignal: container.stopSignal }),
    ...(container.healthcheck !== undefined && { Healthcheck: healthOf(container.healthcheck) }),
    HostConfig: hostConfigOf(container, ports),
    ...networkingOf(container.networks, plan.service),
  };
}

/** Networks that the container joins after it was created: older engines take one at the creation. */
export function furtherNetworks({ container }: Pick<ReleaseStart, 'container'>): readonly string[] {
  return (container ?? DEFAULTS).networks.slice(1);
}

/** The restart policy that a release should have, in docker-compose's form. */
export function restartOf({ container }: Pick<ReleaseStart, 'container'>): string {
  return (container ?? DEFAULTS).restart;
}

/** What a restart policy in docker-compose's form is for the engine. */
export function restartPolicy(text: string): { Name: string; MaximumRetryCount: number } {
  const [name = 'no', retries] = text.split(':');
  return { Name: name, MaximumRetryCount: retries === undefined ? 0 : Number(retries) };
}

function hostConfigOf(
  container: ContainerOptions,
  ports: readonly (readonly [string, PublishedPort, number | null])[],
): HostConfig {
  const network = container.networks[0];
  const optional: HostConfig = {
    ...(network !== undefined && { NetworkMode: network }),
    ...(container.memoryBytes !== undefined && { Memory: container.memoryBytes }),
    ...(container.shmBytes !== undefined && { ShmSize: container.shmBytes }),
    ...(container.cpus !== undefined && { NanoCpus: Math.round(container.cpus * NANOSECONDS) }),
    ...(container.pidsLimit !== undefined && { PidsLimit: container.pidsLimit }),
    ...(container.logging !== undefined && {
      LogConfig: { Type: container.logging.driver, Config: { ...container.logging.options } },
    }),
  };
  return {
    ...optional,
    RestartPolicy: { Name: 'no' },
    Init: container.init,
    ReadonlyRootfs: container.readOnly,
    Privileged: container.privileged,
    PortBindings: network === 'host' ? {} : bindingsOf(ports),
    Binds: container.volumes.flatMap(bindOf),
    Tmpfs: Object.fromEntries(container.tmpfs.map(tmpfsOf)),
    ExtraHosts: [...container.extraHosts],
    Ulimits: container.ulimits.map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    GroupAdd: [...container.groups],
    CapAdd: [...container.capAdd],
    CapDrop: [...container.capDrop],
    SecurityOpt: [...container.securityOpt],
    Dns: [...container.dns],
    Sysctls: { ...container.sysctls },
    Devices: container.devices.map(deviceOf),
  };
}

/** The key by which the API names a port inside, with where it is published. */
function portsOf(
  container: ContainerOptions,
  servicePort: number,
): readonly (readonly [string, PublishedPort, number | null])[] {
  const service: PublishedPort = { target: 'service', published: 'service', protocol: 'tcp' };
  const real = (port: number | 'service'): number => (port === 'service' ? servicePort : port);
  return (container.ports ?? [service]).map((each) => [
    `${real(each.target)}/${each.protocol}`,
    each,
    each.published === null ? null : real(each.published),
  ]);
}

function bindingsOf(
  ports: readonly (readonly [string, PublishedPort, number | null])[],
): NonNullable<HostConfig['PortBindings']> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const [key, { hostIp }, published] of ports) {
    const one = { HostIp: hostIp ?? '', HostPort: published === null ? '' : String(published) };
    bindings[key] = [...(bindings[key] ?? []), one];
  }
  return bindings;
}

function bindOf({ source, target, options }: VolumeMount): readonly string[] {
  if (source === null) return [];
  return [[source, target, ...(options === '' ? [] : [options])].join(':')];
}

function anonymousVolumes(volumes: readonly VolumeMount[]): Record<string, object> {
  const targets = volumes.filter(({ source }) => source === null).map(({ target }) => target);
  return Object.fromEntries(targets.map((target) => [target, {}]));
}

function tmpfsOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function deviceOf(text: string): {
  PathOnHost: string;
  PathInContainer: string;
  CgroupPermissions: string;
} {
  const [host = text, inside = host, permissions = 'rwm'] = text.split(':');
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

function healthOf({
  test,
  intervalSeconds,
  timeoutSeconds,
  startPeriodSeconds,
  retries,
}: NonNullable<ContainerOptions['healthcheck']>): NonNullable<
  ContainerCreateOptions['Healthcheck']
> {
  return {
    Test: [...test],
    Interval: Math.round(intervalSeconds * NANOSECONDS),
    Timeout: Math.round(timeoutSeconds * NANOSECONDS),
    StartPeriod: Math.round(startPeriodSeconds * NANOSECONDS),
    Retries: retries,
  };
}

/** The service's name is known to its neighbours in a network of its own, as docker-compose does it. */
function networkingOf(
  networks: readonly string[],
  service: string,
): Pick<ContainerCreateOptions, 'NetworkingConfig'> {
  const [first] = networks;
  if (first === undefined || isBuiltIn(first)) return {};
  return { NetworkingConfig: { EndpointsConfig: { [first]: { Aliases: [service] } } } };
}

function isBuiltIn(network: string): boolean {
  return BUILT_IN.has(network) || network.startsWith('container:');
}

function environmentOf({ release, server, service }: ContainerPlan): string[] {
  const environment = {
    RUNSHEET_VERSION: release.version,
    RUNSHEET_SERVER: server,
    RUNSHEET_SERVICE: service,
    ...release.environment,
  };
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

function labelsOf(
  { release, service }: ContainerPlan,
  container: ContainerOptions,
): Record<string, string> {
  return {
    ...container.labels,
    [LABEL.schema]: String(SCHEMA),
    [LABEL.service]: service,
    [LABEL.run]: release.runId,
    [LABEL.digest]: release.digest,
    [LABEL.version]: release.version,
    [LABEL.restart]: container.restart,
  };
}

const DEFAULTS: ContainerOptions = {
  command: null,
  entrypoint: null,
  ports: null,
  volumes: [],
  tmpfs: [],
  networks: [],
  ulimits: [],
  restart: 'unless-stopped',
  groups: [],
  init: true,
  readOnly: false,
  privileged: false,
  capAdd: [],
  capDrop: [],
  securityOpt: [],
  dns: [],
  sysctls: {},
  devices: [],
  extraHosts: [],
  labels: {},
};

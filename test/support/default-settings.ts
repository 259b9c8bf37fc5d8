/** What runsheet.yaml fills in where a project says nothing. */
import type { ImageSettings } from '../../src/plan/settings.ts';
import type { ContainerOptions } from '../../src/ports/container-runtime.ts';

export const IMAGE_DEFAULTS: Pick<ImageSettings, 'docker' | 'fetchAtOnce' | 'minimumFreeBytes'> = {
  docker: {
    file: 'Dockerfile',
    platforms: [],
    args: {},
    secrets: {},
    cacheFrom: [],
    cacheTo: [],
  },
  fetchAtOnce: 8,
  minimumFreeBytes: 1024 ** 3,
};

export const CONTAINER_DEFAULTS: ContainerOptions = {
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

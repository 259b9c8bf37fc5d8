/** What runsheet.yaml fills in where a project says nothing. */
import type { ContainerSettings, ImageSettings } from '../../src/plan/settings.ts';

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

export const CONTAINER_DEFAULTS: ContainerSettings = {
  command: null,
  ports: null,
  volumes: [],
  networks: [],
  restart: 'unless-stopped',
  init: true,
  extraHosts: [],
  labels: {},
};

import { defineAction, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const releasePresent = defineFact({
  id: 'release.present',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '镜像已拉取', en: 'Release present' },
  phrases: {
    zh: ['所有服务器镜像拉取成功', '镜像拉取成功'],
    en: ['The image is on all servers'],
  },
});

export const pullImage = defineAction({
  ...SERVER,
  id: 'image.pull',
  phrases: {
    zh: ['拉取新版本镜像', '拉取镜像'],
    en: ['Pull the image of the new version', 'Pull the new image', 'Pull the image'],
  },
  uses: ['image'],
  needs: ['pushed-image'],
  provides: ['release-on-server'],
  measures: [releasePresent],
  timeouts: { startToCloseSeconds: 900 },
});

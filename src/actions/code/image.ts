/** The image: built from the checkout, and pushed so that servers can pull it by digest. */
import { defineAction, defineFact } from '../define.ts';
import { IN_CHECKOUT, LONG } from './limits.ts';

/** The tag that an image gets where the document does not say one. */
const TAG = { kind: 'template', default: '${version}-${environment}' } as const;

export const imageBuilt = defineFact({
  id: 'image.built',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '镜像构建', en: 'Image built' },
  phrases: {
    zh: ['镜像构建成功'],
    en: ['The image is built', 'Image built'],
  },
});

export const imageTag = defineFact({
  id: 'image.tag',
  unit: 'text',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: TAG.default,
  label: { zh: '镜像标签', en: 'Image tag' },
  phrases: { zh: [], en: [] },
  subjects: { zh: ['镜像标签'], en: ['Image tag'] },
});

export const buildImage = defineAction({
  ...IN_CHECKOUT,
  id: 'image.build',
  phrases: {
    zh: ['构建 Docker 镜像', '构建镜像'],
    en: ['Build the Docker image', 'Build the image'],
  },
  settings: { tag: TAG },
  uses: ['commands', 'image', 'runtime'],
  needs: ['checkout'],
  takes: ['compiled-code', 'package'],
  provides: ['built-image'],
  measures: [imageBuilt, imageTag],
  timeouts: LONG,
});

export const imagePushed = defineFact({
  id: 'image.pushed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '镜像推送', en: 'Image pushed' },
  phrases: {
    zh: ['镜像成功推送到 registry', '镜像推送成功', '镜像成功推送到镜像仓库'],
    en: ['The image is pushed to the registry', 'Image pushed'],
  },
});

export const pushImage = defineAction({
  ...IN_CHECKOUT,
  id: 'image.push',
  phrases: {
    zh: ['推送镜像到 registry', '推送镜像到镜像仓库', '推送镜像'],
    en: ['Push the image to the registry', 'Push the image'],
  },
  settings: { tag: TAG },
  uses: ['commands', 'image', 'runtime'],
  needs: ['checkout', 'built-image'],
  provides: ['pushed-image'],
  measures: [imagePushed, imageTag],
  timeouts: { startToCloseSeconds: 1800 },
  retry: { maximumAttempts: 5 },
});

/** An image that is not built here: somebody else has, and the run looks at it before it is deployed. */
import { defineAction, defineFact } from '../define.ts';
import { imageTag } from './image.ts';
import { CHECK } from './limits.ts';

/** Where the document names no image: the version is its tag. */
export const NAMED_BY_VERSION = '${version}';

/** More than any document can say, so that it is a limit only where one does. */
const ANY_AGE_MS = 366 * 86_400_000;

export const imageAge = defineFact({
  id: 'image.age',
  unit: 'milliseconds',
  combine: 'max',
  defaultComparison: '<=',
  defaultThreshold: ANY_AGE_MS,
  label: { zh: '镜像构建距今', en: 'Image age' },
  phrases: { zh: [], en: [] },
  subjects: { zh: ['镜像构建距今'], en: ['Image age', 'Age of the image'] },
});

export const commitMatches = defineFact({
  id: 'image.commit_matches',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: 'if-measured',
  label: { zh: '镜像提交', en: 'Image commit' },
  phrases: {
    zh: ['镜像由该版本的提交构建', '镜像的提交与版本一致'],
    en: [
      'The image is built from the commit of the version',
      "The image's commit is the version's",
    ],
  },
});

export const platformFits = defineFact({
  id: 'image.platform_fits',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: 'if-measured',
  label: { zh: '镜像平台', en: 'Image platform' },
  phrases: {
    zh: ['镜像平台与服务器一致', '镜像的平台与服务器一致'],
    en: ["The image fits the servers' platform", 'The image runs on the platform of the servers'],
  },
});

export const signatureValid = defineFact({
  id: 'image.signature_valid',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: 'if-measured',
  label: { zh: '镜像签名', en: 'Image signature' },
  phrases: {
    zh: ['镜像签名有效', '镜像签名验证通过'],
    en: ["The image's signature is valid", 'The signature of the image is valid'],
  },
});

const LOOKS = [imageAge, commitMatches, platformFits, signatureValid] as const;

export const useImage = defineAction({
  ...CHECK,
  id: 'image.use',
  phrases: {
    zh: ['使用已构建的镜像', '使用 CI 构建的镜像'],
    en: ['Use the image that CI built', 'Use the image built by CI'],
  },
  settings: { image: { kind: 'reference', default: NAMED_BY_VERSION } },
  uses: ['image'],
  needs: ['checkout'],
  provides: ['pushed-image'],
  measures: [imageTag, ...LOOKS],
});

export const imageVerified = defineFact({
  id: 'image.verified',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '镜像已验证', en: 'Image verified' },
  phrases: {
    zh: ['镜像已验证', '镜像已经过验证'],
    en: ['The image was verified', 'Image verified'],
  },
});

/** The records know which digest, which run and who approved. */
export const promoteImage = defineAction({
  ...CHECK,
  id: 'image.promote',
  phrases: {
    zh: ['沿用 staging 已验证的镜像', '沿用在 staging 验证过的镜像'],
    en: ['Promote the image verified in staging', 'Use the image verified in staging'],
  },
  settings: { from: { kind: 'word', default: 'staging' } },
  uses: ['image'],
  needs: ['checkout'],
  provides: ['pushed-image'],
  measures: [imageVerified, ...LOOKS],
});

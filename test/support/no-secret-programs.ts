import { createSecretPrograms } from '../../src/adapters/secrets/secret-programs.ts';

/** Of a project that configures none. */
export const NO_SECRET_PROGRAMS = createSecretPrograms({
  programs: {},
  folder: '/',
  environment: {},
});

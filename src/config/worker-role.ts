/** What a worker does: it deploys, with the keys, or it builds, with the project's code. */
import type { ProjectFile } from './project-file.ts';

export const ROLES = ['deploy', 'build'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string | undefined): text is Role {
  return text === 'deploy' || text === 'build';
}

/** Whether commands of the project would run as the user whose keys reach its servers. */
export function mixesCodeAndKeys({ environments }: ProjectFile, role: Role | undefined): boolean {
  return role === undefined && Object.values(environments).some(({ embedded }) => !embedded);
}

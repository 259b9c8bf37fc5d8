import { buildPrograms } from './programs.ts';

export async function setup(): Promise<void> {
  await buildPrograms();
}

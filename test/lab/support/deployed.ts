/** What nearly every test begins with: a good release on every server. */
import { digestOfTag } from '../verifier/registry.ts';
import type { LabStage } from './stage.ts';

export interface Deployed {
  readonly digest: string;
  readonly version: string;
}

/** @throws where the run did not succeed */
export async function deployed(stage: LabStage, version: string): Promise<Deployed> {
  const run = await stage.deploy(version);
  const { failure } = await run.end();
  if (failure !== null) throw new Error(`${version}: ${failure.type} ${failure.message}`);
  return { digest: await digestOf(stage, version), version };
}

/** The digest that the registry gives for a version now. */
export async function digestOf(stage: LabStage, version: string): Promise<string> {
  const found = await digestOfTag(stage.repository, `${version}-${stage.environment}`);
  if (found === null) throw new Error(`the registry has no ${version}`);
  return found;
}

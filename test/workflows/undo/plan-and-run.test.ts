/** U4: what `runsheet plan` says of a step and what the run does there, on a Temporal server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import { compileTemplate } from '../../../src/compiler/index.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const SERVERS = ['app-server-1', 'app-server-2'];
const OLD = { version: 'v2.0.0', pool: 'ready' };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

/** Six steps: build, stop, deploy, into the pool, look at it, tidy up. */
function sheet(rules: string, drain = '- Remove it from the load balancer\n'): string {
  return `# Release
## Template metadata
\`\`\`yaml
template_id: release_v1
version: 1.0.0
type: deployment
author: runsheet
created_at: 2024-01-15
tags: [release]
description: "Any"
\`\`\`
## Parameters
\`\`\`yaml
parameters:
  environment: { type: string, required: true, description: Where }
  servers: { type: array, required: true, description: Which }
  version: { type: string, required: true, description: What }
\`\`\`
## Workflow steps
### 1. Build [action]
**Actions**:
- Build the Docker image
- Push the image to the registry

### 2. Stop [parallel]
**Parallel tasks**:
For each server:
${drain}- Stop the application service

### 3. Deploy [parallel]
**Parallel tasks**:
For each server:
- Pull the image of the new version
- Start the service in the new version
- Wait until the service is ready

### 4. Into the pool [action]
**Actions**:
- Put the servers back into the load balancer pool

### 5. Look at it [action]
**Actions**:
- Verify the API health endpoint

### 6. Tidy up [action]
**Actions**:
- Update the routing rules

## Rollback policy
${rules}
## Success criteria
- All required steps are done
## Metrics
- deployment.duration
## Usage examples
\`\`\`
Run the release.md template
Parameters:
- environment: production
- servers: [app-server-1]
- version: v2.1.0
\`\`\`
`;
}

function runOf(text: string): ResolvedRun {
  const { plan, diagnostics } = compileTemplate({ file: 'release.md', text });
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message.en).join('\n'));
  const parameters = { environment: 'development', servers: SERVERS };
  return resolvedRun(parameters, { plan, language: 'en' });
}

/** What the plan says of failures, and the world and the end of a run in which an action fails. */
async function planAndRun(text: string, action: string) {
  const run = runOf(text);
  const lines = renderPlan(run, 'en');
  const said = lines.slice(lines.indexOf('If a step fails:') + 2).map((line) => line.trim());
  const world = stubWorld({
    resolve: () => run,
    before: ({ name }) => {
      if (name === action) throw broken(`${name} is broken`);
    },
  });
  const { status, failure } = await harness.run(world);
  return { said, world, status, failure };
}

function states({ servers }: StubWorld): unknown {
  return SERVERS.map((server) => servers.get(server));
}

describe('U4: what the plan says of a failure is what the run does', () => {
  const restored = '- If it fails in steps 2-3 → restore the service in its old version';

  it.each(['health.endpoint', 'routes.update'])(
    'U4: steps 5–6 after the pool, which no range names: %s',
    async (action) => {
      const { said, world, status } = await planAndRun(sheet(restored), action);
      expect(said.at(-1)).toBe(
        'steps 5–6: the old version is restored one at a time, so the service stays available',
      );
      expect(status.outcome).toBe('rolled_back');
      expect(states(world)).toEqual([OLD, OLD]);
    },
  );

  it('U4: a range that says terminate over servers that were changed', async () => {
    const rules = '- If it fails in steps 1-6 → stop at once, nothing to undo';
    const { said, world, status, failure } = await planAndRun(sheet(rules), 'service.ready');
    expect(said.slice(0, 2)).toEqual([
      'step 1: the run ends; nothing to roll back',
      'steps 2–6: the run ends without a rollback: servers stay as they are then',
    ]);
    expect(status.outcome).toBe('failed');
    expect(failure?.message).toContain('not rolled back: app-server-1, app-server-2');
    expect(states(world)).toEqual(SERVERS.map(() => ({ version: 'v2.1.0', pool: 'maint' })));
  });

  it('U4: servers that were never taken out of the pool', async () => {
    const { said, world, status } = await planAndRun(sheet(restored, ''), 'service.stop');
    expect(said[1]).toBe(
      'steps 2–6: the old version is restored one at a time, so the service stays available',
    );
    expect(status.outcome).toBe('rolled_back');
    expect(states(world)).toEqual([OLD, OLD]);
  });

  it('U4: servers put into the pool that nobody took out of it stand in it again', async () => {
    const { world, status } = await planAndRun(sheet(restored, ''), 'routes.update');
    expect(status.outcome).toBe('rolled_back');
    expect(states(world)).toEqual([OLD, OLD]);
  });
});

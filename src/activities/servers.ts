/** The activities that act on servers and on the pool in front of them. */
import type { ActionResult } from '../plan/run.ts';
import type { ActionActivities, CompensationActivities, SystemActivities } from './contract.ts';
import { createAtOnce } from './servers/at-once.ts';
import {
  readmitServer,
  removeService,
  restoreService,
  withdrawServer,
} from './servers/compensations.ts';
import { restoreConfiguration, updateConfiguration } from './servers/configuration.ts';
import type { Scoped, ServerPorts, Unnoted } from './servers/context.ts';
import { finishOn } from './servers/finish.ts';
import { checkEndpoint, checkPort, checkSmoke } from './servers/health.ts';
import { withoutPool } from './servers/no-pool.ts';
import { createOneAtATime } from './servers/one-at-a-time.ts';
import { measureSinceEnable } from './servers/outcome.ts';
import { measurePerformance } from './servers/performance.ts';
import { drainServer, enableServer, waitForConnections } from './servers/pool.ts';
import { createPoolNotes } from './servers/pool-notes.ts';
import { probe } from './servers/probe.ts';
import { pullImage, startService } from './servers/release.ts';
import { updateRoutes } from './servers/routes.ts';
import { awaitService, stopService } from './servers/service.ts';
import { verifyTraffic } from './servers/traffic.ts';

export type ServerActionId =
  | 'pool.drain'
  | 'connections.wait'
  | 'service.stop'
  | 'image.pull'
  | 'config.update'
  | 'service.start'
  | 'service.ready'
  | 'health.port'
  | 'health.endpoint'
  | 'health.smoke'
  | 'health.performance'
  | 'pool.enable'
  | 'routes.update'
  | 'traffic.verify';

export type ServerActivities = Pick<ActionActivities, ServerActionId> &
  CompensationActivities &
  Pick<SystemActivities, 'probeServer' | 'measureOutcome' | 'finishServer'>;

/**
 * Requests that all measurements of this worker start in a second: with a whole fleet at once it would
 * measure how busy it is itself.
 */
const MEASURED_PER_SECOND = 400;

/**
 * Every operation reads the actual state first and converges: twice, or after a half-done attempt
 * of a worker that died, it ends the same.
 */
export function createServerActivities(given: Unnoted): ServerActivities {
  const oneAtATime = createOneAtATime();
  const atOnce = createAtOnce(MEASURED_PER_SECOND);
  const ports: ServerPorts = { ...given, notes: given.notes ?? createPoolNotes() };
  const inPool =
    <I extends Scoped>(work: (ports: ServerPorts, input: I) => Promise<ActionResult>) =>
    async (input: I): Promise<ActionResult> =>
      withoutPool(ports, input) ?? work(ports, input);
  return {
    'pool.drain': inPool(drainServer),
    'connections.wait': inPool(waitForConnections),
    'service.stop': (input) => stopService(ports, input),
    'image.pull': (input) => pullImage(ports, input),
    'config.update': (input) => updateConfiguration(ports, oneAtATime, input),
    'service.start': (input) => startService(ports, input),
    'service.ready': (input) => awaitService(ports, input),
    'health.port': (input) => checkPort(ports, input),
    'health.endpoint': (input) => checkEndpoint(ports, input),
    'health.smoke': (input) => checkSmoke(ports, input),
    'health.performance': (input) => measurePerformance(ports, atOnce, input),
    'pool.enable': inPool(enableServer),
    'routes.update': (input) => updateRoutes(ports, input),
    'traffic.verify': inPool(verifyTraffic),
    'pool.readmit': inPool(readmitServer),
    'pool.withdraw': inPool(withdrawServer),
    'service.restore': (input) => restoreService(ports, input),
    'config.restore': (input) => restoreConfiguration(ports, input),
    'service.remove': (input) => removeService(ports, input),
    probeServer: (input) => probe(ports, input),
    measureOutcome: inPool(measureSinceEnable),
    finishServer: (input) => finishOn(ports, input),
  };
}

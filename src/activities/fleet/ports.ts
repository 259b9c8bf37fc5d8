import type { Ports } from '../../ports/ports.ts';
import type { ServerPorts } from '../servers/context.ts';

/** The part of the world that the fleet's activities need. */
export interface FleetPorts extends ServerPorts, Pick<Ports, 'registry'> {}

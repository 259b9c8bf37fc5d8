/** Every action, by its id. One that has no definition here does not compile. */
import type { ActionDefinition } from './definition.ts';
import { CODE_ACTIONS } from './definitions/code.ts';
import { RUN_ACTIONS } from './definitions/run.ts';
import { SERVER_ACTIONS } from './definitions/servers.ts';
import type { ActionId } from './ids.ts';

export const ACTIONS: Readonly<Record<ActionId, ActionDefinition>> = {
  ...CODE_ACTIONS,
  ...SERVER_ACTIONS,
  ...RUN_ACTIONS,
};

/** What a rollback and a repair are made of, bound to its definitions. */
import {
  checkKept,
  findRelease,
  returnConfiguration,
  settleVersion,
  startKept,
  tidyServer,
} from '../../actions/servers/kept.ts';
import { implement } from '../implement.ts';
import type { ServerPorts } from './context.ts';
import { check, find, settle, startAsItRan } from './kept.ts';
import { putFilesBack } from './kept-files.ts';
import { tidy } from './tidy.ts';

export type KeptActivities = ReturnType<typeof createKeptActivities>;

export function createKeptActivities(ports: ServerPorts) {
  return {
    ...implement(findRelease, (work, image) => find(ports, work, image)),
    ...implement(settleVersion, (work, image) => settle(ports, work, image)),
    ...implement(checkKept, (work) => check(ports, work)),
    ...implement(tidyServer, (work) => tidy(ports, work)),
    ...implement(returnConfiguration, (work, files) => putFilesBack(ports, work, files)),
    ...implement(startKept, (work, image, runtime, container, files, health, balancer) =>
      startAsItRan(ports, work, { image, runtime, container, files, health, balancer }),
    ),
  };
}

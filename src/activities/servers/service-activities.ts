/** The service itself on each server: stopped, replaced, configured, started, checked, and restored. */
import { OPERATIONS } from '../../actions/index.ts';
import { restoreConfiguration, updateConfiguration } from '../../actions/servers/configure.ts';
import { checkEndpoint, checkPort, checkSmoke } from '../../actions/servers/health.ts';
import { measurePerformance } from '../../actions/servers/performance.ts';
import { pullImage } from '../../actions/servers/pull.ts';
import { awaitService } from '../../actions/servers/ready.ts';
import { resumeService } from '../../actions/servers/resume.ts';
import { removeService, startService } from '../../actions/servers/start.ts';
import { restoreService, stopService } from '../../actions/servers/stop.ts';
import { implement, implementCompensation, implementOperation } from '../implement.ts';
import { removeStarted, restoreFormer } from './compensations.ts';
import { putConfigurationBack, writeConfiguration } from './configuration.ts';
import type { ServerPorts } from './context.ts';
import { finishOn } from './finish.ts';
import { endpointAnswers, portAnswers, smokePasses } from './health.ts';
import { createMeasurements, measureAtRate } from './performance.ts';
import { pull, start } from './release.ts';
import { resume } from './resume.ts';
import { awaitReady, stop } from './service.ts';

export type ServiceActivities = ReturnType<typeof createServiceActivities>;

export function createServiceActivities(ports: ServerPorts) {
  const measurements = createMeasurements();
  return {
    ...implement(stopService, (work, runtime) => stop(ports, work, runtime)),
    ...implement(pullImage, (work, image) => pull(ports, work, image)),
    ...implement(updateConfiguration, (work, files) => writeConfiguration(ports, work, files)),
    ...implement(startService, (work, image, runtime, container, files, health, balancer) =>
      start(ports, work, { image, runtime, container, files, health, balancer }),
    ),
    ...implement(resumeService, (work, image, runtime, container, files, health, balancer) =>
      resume(ports, work, { image, runtime, container, files, health, balancer }),
    ),
    ...implement(awaitService, (work, health) => awaitReady(ports, work, health)),
    ...implement(checkPort, (work, health) => portAnswers(ports, work, health)),
    ...implement(checkEndpoint, (work, health) => endpointAnswers(ports, work, health)),
    ...implement(checkSmoke, (work, health) => smokePasses(ports, work, health)),
    ...implement(measurePerformance, (work, health) =>
      measureAtRate(ports, measurements, work, health),
    ),
    ...implementCompensation(
      restoreService,
      (work, image, runtime, container, files, health, balancer) =>
        restoreFormer(ports, work, { image, runtime, container, files, health, balancer }),
    ),
    ...implementCompensation(restoreConfiguration, (work, files) =>
      putConfigurationBack(ports, work, files),
    ),
    ...implementCompensation(removeService, (work, runtime) => removeStarted(ports, work, runtime)),
    ...implementOperation(OPERATIONS.finishServer, (work, runtime, files) =>
      finishOn(ports, work, runtime, files),
    ),
  };
}

/** Build step: leaves the workflow bundle beside the compiled code, so that a worker starts without bundling. */
import { buildBundle } from './worker/versions/bundle.ts';

const { code, buildId } = await buildBundle();
process.stdout.write(
  `build ${buildId}, workflow bundle of ${Math.round(code.length / 1024)} KiB\n`,
);

/** Build step: leaves the workflow bundle beside the compiled code, so that a worker starts without bundling. */
import { writeFile } from 'node:fs/promises';
import { buildIdOf, builtBundlePath, bundle } from './worker/bundle.ts';

const code = await bundle();
await writeFile(builtBundlePath(), code);
process.stdout.write(
  `workflow bundle ${buildIdOf(code)} (${Math.round(code.length / 1024)} KiB)\n`,
);

/** `npm run bench`: one part after the other, so that none slows another. */
import { availableParallelism, totalmem } from 'node:os';
import { printSlopes } from './hostile-slopes.ts';

const gibibytes = Math.round(totalmem() / 2 ** 30);
process.stdout.write(
  `Node ${process.version}, ${availableParallelism()} cores, ${gibibytes} GiB\n\n`,
);
await import('./compile.ts');
process.stdout.write('\n');
printSlopes(1 / 8);
process.stdout.write('\n');
await import('./interpreter.ts');
process.stdout.write('\n');
await import('./deployment.ts');
process.exit();

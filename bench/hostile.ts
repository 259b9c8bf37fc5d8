/** Hostile input up to the limit of each reader. `npx tsx bench/hostile.ts [READER]` */
import { printSlopes } from './hostile-slopes.ts';

printSlopes(1, process.argv[2]);

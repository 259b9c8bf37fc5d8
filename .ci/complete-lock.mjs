// After `npm install` against a registry that lacks other platforms' packages: puts their entries
// back into package-lock.json, or `npm ci` refuses it. node .ci/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'arm'];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));

/** Whether Node would find the package from the one at `path`. */
function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined)
      return true;
    if (at === '') return false;
  }
}

/** Platform packages carry their system, processor and C library in their names. */
function entryOf(name, range, isDev) {
  const words = name.split(/[-_/]/);
  const system = SYSTEMS.find((each) => words.includes(each));
  const processor = PROCESSORS.find((each) => words.includes(each));
  const isMusl = words.some((each) => each.startsWith('musl'));
  const isGlibc = words.some((each) => each.startsWith('gnu'));
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(isDev && { dev: true }),
    optional: true,
    ...(processor !== undefined && { cpu: [processor] }),
    ...(system !== undefined && { os: [system] }),
    ...((isMusl || isGlibc) && { libc: [isMusl ? 'musl' : 'glibc'] }),
  };
}

const added = [];
for (const [path, { optionalDependencies = {}, dev = false }] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name)) continue;
    const folder = path.slice(0, path.lastIndexOf('node_modules/'));
    lock.packages[`${folder}node_modules/${name}`] = entryOf(name, range, dev);
    added.push(name);
  }
}
const inOrder = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(inOrder);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} entries added`);

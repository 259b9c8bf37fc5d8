/**
 * The built worker, which kills itself where .runsheet/fault.json of its project tells it to, and notes
 * each activity that begins and ends in .runsheet/activities.jsonl. What it writes before it dies is on
 * the disk: it is the proof of where the kill landed.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const dist = process.env.RUNSHEET_E2E_DIST ?? join(import.meta.dirname, '../../../dist');
const entry = join(dist, 'worker.js');
const STATE = '.runsheet';
const FAULT = join(STATE, 'fault.json');

// The same module that the worker loads.
const { Worker } = createRequire(entry)('@temporalio/worker');
const create = Worker.create.bind(Worker);
Worker.create = (options) => {
  const { interceptors = {} } = options;
  const activity = [...(interceptors.activity ?? []), (context) => ({ inbound: watched(context) })];
  return create({ ...options, interceptors: { ...interceptors, activity } });
};

function watched({ info }) {
  return {
    async execute(input, next) {
      const [told] = input.args;
      const about = {
        workflowId: info.workflowExecution?.workflowId ?? null,
        step: told?.step ?? null,
        activity: info.activityType,
        server: told?.server ?? null,
        isLocal: info.isLocal,
        attempt: info.attempt,
        pid: process.pid,
      };
      note({ ...about, at: 'begin' });
      if (isHere(about, 'before')) await die({ ...about, hasEnded: false });
      const work = next(input);
      const fault = isHere(about, 'during');
      if (fault) {
        work.catch(() => undefined);
        const ended = work.then(
          () => true,
          () => true,
        );
        const hasEnded = await Promise.race([ended, sleep(fault.afterMs).then(() => false)]);
        await die({ ...about, hasEnded }, fault.signal);
      }
      const result = await work;
      if (isHere(about, 'after')) await die({ ...about, hasEnded: true });
      note({ ...about, at: 'end' });
      return result;
    },
  };
}

/** The fault that is asked for here; it lands once. */
function isHere(about, boundary) {
  let fault;
  try {
    fault = JSON.parse(readFileSync(FAULT, 'utf8'));
  } catch {
    return null;
  }
  const same = ['workflowId', 'step', 'activity', 'server'].every(
    (key) => fault[key] === about[key],
  );
  return same && fault.boundary === boundary ? fault : null;
}

async function die(about, signal = 'SIGKILL') {
  try {
    // Of two activities that begin at once, one is it.
    renameSync(FAULT, join(STATE, 'fault-landed.json'));
  } catch {
    return;
  }
  note({ ...about, at: 'killed' });
  process.kill(process.pid, signal);
  // One that is told to end hands over what it does, or finishes it.
  if (signal === 'SIGKILL') await new Promise(() => undefined);
}

function note(line) {
  const file = openSync(join(STATE, 'activities.jsonl'), 'a');
  writeSync(file, `${JSON.stringify({ ...line, atMs: Date.now() })}\n`);
  fsyncSync(file);
  closeSync(file);
}

const { main } = await import(pathToFileURL(entry).href);
await main(process.argv.slice(2));

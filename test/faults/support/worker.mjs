/**
 * The built worker, in which activities are disturbed as the files of .runsheet/faults of its project
 * say, and which notes each activity that begins and ends in .runsheet/activities.jsonl. What it writes
 * before it dies is on the disk: it is the proof of where the fault landed.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const dist = process.env.RUNSHEET_E2E_DIST ?? join(import.meta.dirname, '../../../dist');
const entry = join(dist, 'worker.js');
const STATE = '.runsheet';
const FAULTS = join(STATE, 'faults');

// The same modules that the worker loads.
const load = createRequire(entry);
const { Worker } = load('@temporalio/worker');
const { ApplicationFailure } = load('@temporalio/common');
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
      const fault = faultOf(about);
      const work = () => next(input);
      try {
        const result = await (fault === null ? work() : disturbed(fault, about, work));
        note({ ...about, at: 'end' });
        return result;
      } catch (error) {
        note({ ...about, at: 'failed', failure: String(error?.type ?? error) });
        throw error;
      }
    },
  };
}

async function disturbed(fault, about, work) {
  const landed = (hasEnded) => note({ ...about, at: 'landed', kind: fault.kind, hasEnded });
  switch (fault.kind) {
    case 'before':
      await die(about, fault, false);
      return work();
    case 'during':
      return duringWork(fault, about, work());
    case 'after': {
      const result = await work();
      await die(about, fault, true);
      return result;
    }
    case 'lost':
      await work();
      landed(true);
      throw ApplicationFailure.create({ message: 'the answer was lost', type: 'FAULT' });
    case 'hangs':
      landed(false);
      return new Promise(() => undefined);
    case 'fails-twice':
    case 'fails': {
      landed(false);
      const nonRetryable = fault.kind === 'fails';
      throw ApplicationFailure.create({
        message: 'it was told to fail',
        type: 'FAULT',
        nonRetryable,
      });
    }
    default:
      throw new Error(`no such kind of fault: ${fault.kind}`);
  }
}

async function duringWork(fault, about, work) {
  work.catch(() => undefined);
  const ended = work.then(
    () => true,
    () => true,
  );
  const hasEnded = await Promise.race([ended, sleep(fault.afterMs).then(() => false)]);
  await die(about, fault, hasEnded);
  // One that is told to end hands over what it does, or finishes it.
  return work;
}

/** The fault that is asked for here. Of two activities that begin at once, one takes it; `fails` stays. */
function faultOf(about) {
  for (const name of faultFiles()) {
    const file = join(FAULTS, name);
    try {
      const fault = JSON.parse(readFileSync(file, 'utf8'));
      const keys = ['workflowId', 'step', 'activity', 'server'];
      if (!keys.every((key) => fault[key] === about[key])) continue;
      if (fault.kind !== 'fails') rmSync(file);
      return fault;
    } catch (error) {
      // Another has taken it meanwhile.
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return null;
}

function faultFiles() {
  try {
    return readdirSync(FAULTS).sort();
  } catch {
    return [];
  }
}

/** Goes on where the worker was only frozen, or is told to end. */
async function die(about, { kind, signal }, hasEnded) {
  note({ ...about, at: 'landed', kind, hasEnded });
  process.kill(process.pid, signal);
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

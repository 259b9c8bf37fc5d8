/** What the runtime API looks like from outside: prompts, answers, a process that a reload tells to end. */
import { type Duplex, duplexPair } from 'node:stream';

export interface ScriptedProcess {
  readonly pid: number;
  /** Told to end by a reload. */
  isLeaving: boolean;
  /** Connections of clients. */
  connections: number;
  /** Says nothing more. */
  isSilent: boolean;
  /** Everything that it was asked, `prompt` and `show info` left out. */
  readonly asked: string[];
  /** Streams that are open to it. */
  readonly open: Set<Duplex>;
  answer(command: string): string;
}

export function scriptedProcess(
  pid: number,
  answer: (command: string) => string = () => '',
): ScriptedProcess {
  return {
    pid,
    isLeaving: false,
    connections: 0,
    isSilent: false,
    asked: [],
    open: new Set(),
    answer,
  };
}

/** A stream to the process, as a socket would be. */
export function connectTo(process: ScriptedProcess): Duplex {
  const [ours, theirs] = duplexPair();
  process.open.add(theirs);
  const closed = (): void => {
    process.open.delete(theirs);
    ours.destroy();
    theirs.destroy();
  };
  ours.once('close', closed);
  theirs.once('close', closed);
  theirs.on('error', () => undefined);
  theirs.setEncoding('utf8');
  theirs.on('data', (chunk: string) => {
    if (process.isSilent) return;
    for (const command of chunk.trim().split('\n'))
      theirs.write(`${answerTo(process, command)}\n> `);
  });
  return ours;
}

function answerTo(process: ScriptedProcess, command: string): string {
  if (command === 'prompt') return '';
  if (command === 'show info') {
    const stopping = process.isLeaving ? 1 : 0;
    const { pid, connections } = process;
    return `Name: HAProxy\nPid: ${pid}\nStopping: ${stopping}\nStart_time_sec: 9\nCurrConns: ${connections}\n`;
  }
  process.asked.push(command);
  return process.answer(command);
}

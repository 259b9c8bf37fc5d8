/** A machine with an nginx that takes what it is told; the contract with a real one is in test/lab/nginx. */
import { createHash } from 'node:crypto';
import type { NginxEndpoint, Ran } from '../../../src/adapters/nginx/machine.ts';
import { CHANGE, CHECK, EXIT, LOOK } from '../../../src/adapters/nginx/machine-scripts.ts';

export class ScriptedMachine {
  file: string;
  /** Exit code and words of the next changes and checks; empty: they are made. */
  readonly refusals: { readonly exitCode: number | null; readonly stderr: string }[] = [];
  /** Workers that a reload has told to end. */
  leaving = 0;
  /** Kernel address → connections. */
  connections: Record<string, number> = {};
  isRunning = true;
  isLoaded = true;
  reloads = 0;
  readonly scripts: string[] = [];
  /** Called before each change, as another program may be quicker. */
  beforeChange: (() => void) | null = null;

  constructor(file: string) {
    this.file = file;
  }

  endpoint(name: string): NginxEndpoint {
    return {
      name,
      pidFile: '/run/nginx.pid',
      command: ['/usr/sbin/nginx'],
      run: async ([, , script = '', , ...words]) => this.run(script, words),
    };
  }

  private run(script: string, words: readonly string[]): Ran {
    if (script === LOOK) return done(this.look(words.slice(2)));
    const refusal = this.refusals.shift();
    this.scripts.push(script === CHECK ? 'check' : 'change');
    if (refusal !== undefined) return { stdout: '', ...refusal };
    if (script !== CHANGE) return done('');
    this.beforeChange?.();
    const [, , expected, content = ''] = words;
    const sum = createHash('sha256').update(this.file, 'latin1').digest('hex');
    if (sum !== expected) return { exitCode: EXIT.changedMeanwhile, stdout: '', stderr: '' };
    this.file = Buffer.from(content, 'base64').toString('latin1');
    this.reloads += 1;
    this.isLoaded = true;
    return done('');
  }

  private look(addresses: readonly string[]): string {
    const leaving = Array.from(
      { length: this.leaving },
      (_, index) => `process ${index + 20} 1 nginx: worker process is shutting down`,
    );
    return [
      `changed ${this.isLoaded ? 1 : 900}`,
      'now 1000',
      'uptime 1000',
      'ticks 100',
      ...leaving,
      'process 11 50000 nginx: worker process',
      ...addresses.map((each) => `to ${each} ${this.connections[each] ?? 0}`),
      ...(this.isRunning ? ['master 10'] : []),
      `content ${Buffer.from(this.file, 'latin1').toString('base64')}`,
    ].join('\n');
  }
}

function done(stdout: string): Ran {
  return { exitCode: 0, stdout, stderr: '' };
}

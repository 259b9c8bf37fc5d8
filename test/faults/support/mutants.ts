/** Safeguards that are left out, one at a time, and the faults that have to notice it. */

export interface Edit {
  /** In `dist`. */
  readonly file: string;
  /** The text there, and what stands there instead. */
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  /** What is left out; names its folder too. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Of a run on one server. */
  readonly cases: readonly string[];
}

const UNDONE = '9 traffic.verify fails';
const REGISTERED = 'if (this.isNew(`${entry.compensation} ${server}`))';

function leavingOut(compensation: string): string {
  return REGISTERED.replace('if (', `if (entry.compensation !== '${compensation}' && `);
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'restoring-the-former-version',
    edits: [
      {
        file: 'workflows/undo/saga.js',
        from: REGISTERED,
        to: leavingOut('service.restore'),
      },
    ],
    cases: [UNDONE],
  },
  {
    name: 'putting-back-into-the-pool',
    edits: [
      {
        file: 'activities/servers/pool-activities.js',
        from: 'return none === null ? putBack(ports, work, { balancer, health }) : [none];',
        to: "return ['put back'];",
      },
    ],
    cases: [UNDONE],
  },
  {
    name: 'restoring-the-configuration',
    edits: [
      {
        file: 'workflows/undo/saga.js',
        from: REGISTERED,
        to: leavingOut('config.restore'),
      },
    ],
    cases: [UNDONE],
  },
  {
    name: 'asking-before-a-change',
    edits: [
      {
        file: 'worker/fence.js',
        from: 'if (context === null || !heartbeats(context))',
        to: 'if (context !== undefined)',
      },
    ],
    cases: [
      '6 pool.drain dev-server-1 before SIGSTOP',
      '7 config.update dev-server-1 before SIGSTOP',
    ],
  },
  {
    name: 'starting-once',
    edits: [
      {
        file: 'activities/servers/release.js',
        from: 'if (!state.running) {',
        to: 'if (state !== undefined) {',
      },
      {
        file: 'adapters/process-runtime/script.js',
        from: 'if rs_running; then\n  rs_code=',
        to: 'if false; then\n  rs_code=',
      },
    ],
    cases: ['7 service.start dev-server-1 lost'],
  },
  {
    name: 'telling-once',
    edits: [
      {
        file: 'activities/notifications/channels.js',
        from: 'if (earlier !== null)',
        to: 'if (earlier === undefined)',
      },
    ],
    cases: ['10 notify.send lost'],
  },
];

/** Runs a program on the worker's machine. argv never passes through a shell. */
export interface CommandRunner {
  run(command: Command): Promise<CommandResult>;
}

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Added to a minimal environment (PATH, HOME, LANG). */
  readonly env?: Readonly<Record<string, string>>;
  /** Names that it gets from the worker's own environment, where they are set there. */
  readonly passed?: readonly string[];
  readonly timeoutMs: number;
  /** Cancels: the whole process group is ended. */
  readonly signal?: AbortSignal;
  /** Called for each chunk of output; activities heartbeat here. */
  readonly onOutput?: (chunk: string) => void;
  /** Full output is appended to this file, bounded by the adapter. */
  readonly logFile?: string;
}

export interface CommandResult {
  /** null where a signal or the timeout ended it. */
  readonly exitCode: number | null;
  readonly endedBy: 'exit' | 'signal' | 'timeout' | 'cancelled';
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

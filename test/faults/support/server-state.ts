/** What a server itself says of the service: its port, its files, its processes. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const ANSWER_LIMIT_MS = 10_000;
/** What is written beside its place and moved there, and what is held while something is done. */
const UNFINISHED = /\.(new|tmp|part|partial)$|\.(new|tmp)\.|(^|\/)(lock|pending\.\d+)$/u;

/** As examples/service/config/app.env.template has it. */
const CONFIGURED = 'VERSION=';

export interface ServerPlaces {
  readonly name: string;
  readonly url: string;
  /** Of the service, on the server. */
  readonly folder: string;
  /** The sample service's own, beside it. */
  readonly configuration: string;
}

export interface ServerState {
  /** What answers there; null: nothing does. */
  readonly version: string | null;
  /** What its configuration says; null: there is none. */
  readonly configuredFor: string | null;
  /** Lines of the file in which the server notes each start of a release. */
  readonly starts: number;
  /** Processes that run in its folder. */
  readonly processes: number;
  /** Files and folders of something that was not brought to its end. */
  readonly unfinished: readonly string[];
}

export async function stateOf({ url, folder, configuration }: ServerPlaces): Promise<ServerState> {
  const answer = (await ask(`${url}/version`).catch(() => ({}))) as { readonly version?: string };
  return {
    version: answer.version ?? null,
    configuredFor:
      linesOf(configuration)
        .find((line) => line.startsWith(CONFIGURED))
        ?.slice(CONFIGURED.length) ?? null,
    starts: linesOf(join(folder, 'starts')).length,
    processes: processesIn(folder),
    unfinished: pathsBelow(folder).filter((path) => UNFINISHED.test(path)),
  };
}

/** @returns the parsed JSON of a GET @throws where nothing answers in time */
export async function ask(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  return answer.json();
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function pathsBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true }) as string[];
  } catch {
    return [];
  }
}

function processesIn(folder: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  return pids.filter((pid) => {
    try {
      const place = readlinkSync(`/proc/${pid}/cwd`);
      return place === folder || place.startsWith(`${folder}/`);
    } catch {
      return false;
    }
  }).length;
}

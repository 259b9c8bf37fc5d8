/** Reads runsheet.yaml and what `runsheet dev` wrote beside it, and says everything that is wrong at once. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { actionsOf, verifyOf } from './command-environment.ts';
import { readConnections, resolveConnections, type Surroundings } from './connections.ts';
import { crossChecks } from './cross-checks.ts';
import { describeIssues } from './describe-issues.ts';
import type { Environment } from './environment.ts';
import { defined } from './fields.ts';
import { configuredChannels, type ProjectFile } from './project-file.ts';
import { type ParsedProject, PROJECT_SCHEMA, projectSchema } from './schema.ts';
import { inBothLanguages } from './schema-messages.ts';
import { readTemporalProfile } from './temporal-profile.ts';
import { type ProjectVocabulary, vocabularyOf, wordsIn } from './vocabulary.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

export const PROJECT_FILE = 'runsheet.yaml';
/** Seconds; as Docker's own. */
const DEFAULT_GRACE = 10;

export interface LoadedProject {
  /** Absolute. */
  readonly folder: string;
  /** null where anything is wrong, and where there is no file. */
  readonly project: ProjectFile | null;
  /** Its words, as far as they can be told where something is wrong; null: they cannot. */
  readonly vocabulary: ProjectVocabulary | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The project of a folder. A folder without runsheet.yaml has the diagnostic NO_PROJECT_FILE.
 * @param environment used for where Temporal is, and for the home folder
 */
export async function loadProject(
  folder: string,
  environment: Environment,
): Promise<LoadedProject> {
  const absolute = resolve(folder);
  let bytes: Buffer;
  try {
    bytes = await readFile(join(absolute, PROJECT_FILE));
  } catch {
    return unreadable(absolute, [noProjectFile(absolute)]);
  }
  const text = decode(bytes);
  if (text === null) return unreadable(absolute, [notUtf8()]);
  const [embedded, profile] = await Promise.all([
    readConnections(absolute),
    readTemporalProfile(environment),
  ]);
  return parseProject(absolute, text, { environment, embedded, profile });
}

/** The same from text; pure. */
export function parseProject(
  folder: string,
  text: string,
  surroundings: Surroundings = { environment: {}, embedded: null, profile: {} },
): LoadedProject {
  const yaml = readYaml(PROJECT_FILE, text);
  if (yaml.diagnostics.length > 0) return unreadable(folder, yaml.diagnostics);
  const value = yaml.valueFor(projectSchema);
  const other = otherSchema(value, yaml);
  if (other !== null) return unreadable(folder, [other]);
  const vocabulary = wordsIn(value);
  const parsed = projectSchema.safeParse(value, { error: inBothLanguages });
  if (!parsed.success) {
    const diagnostics = describeIssues(parsed.error.issues, yaml);
    return { folder, project: null, vocabulary, diagnostics };
  }
  const diagnostics = crossChecks(parsed.data, yaml);
  if (diagnostics.length > 0) return { folder, project: null, vocabulary, diagnostics };
  const resolved = resolveConnections(folder, parsed.data, surroundings);
  const project = assemble(folder, parsed.data, resolved);
  return { folder, project, vocabulary: vocabularyOf(project), diagnostics: [] };
}

function unreadable(folder: string, diagnostics: readonly Diagnostic[]): LoadedProject {
  return { folder, project: null, vocabulary: null, diagnostics };
}

function assemble(
  folder: string,
  parsed: ParsedProject,
  connections: ProjectFile['connections'],
): ProjectFile {
  const { repository, ...image } = parsed.image;
  const people = Object.entries(parsed.people).map(
    ([id, person]) => [id, { ...person, name: person.name ?? id }] as const,
  );
  const environments = Object.entries(parsed.environments).map(
    ([name, { embedded, servers, rolling, operators, lock, on_call }]) =>
      [
        name,
        defined({
          embedded,
          servers: servers.map((server) => server.name),
          rolling,
          operators,
          lock,
          onCall: on_call,
        }),
      ] as const,
  );
  return {
    folder,
    service: parsed.service,
    taskQueue: parsed.task_queue ?? defaultQueue(parsed.service, connections),
    settings: {
      source: parsed.source,
      commands: parsed.commands,
      tests: parsed.tests,
      image: {
        ...image,
        ...verifyOf(parsed),
        repository: repository ?? parsed.service.toLowerCase(),
      },
      runtime: {
        ...parsed.runtime,
        environment: { ...parsed.runtime.environment, ...parsed.container.environment },
        stop: {
          ...parsed.runtime.stop,
          graceSeconds:
            parsed.runtime.stop.graceSeconds ?? parsed.container.graceSeconds ?? DEFAULT_GRACE,
        },
      },
      container: parsed.container.settings,
      files: parsed.files,
      drain: parsed.drain,
      health: parsed.health,
      balancer: parsed.balancer.settings,
      channels: { configured: configuredChannels(parsed.channels) },
      actions: actionsOf(parsed),
      ...(parsed.worker !== undefined && { worker: parsed.worker }),
    },
    roles: parsed.roles,
    people: Object.fromEntries(people),
    environments: Object.fromEntries(environments),
    approval: parsed.approval,
    keep: parsed.keep,
    telemetry: parsed.telemetry,
    channels: parsed.channels,
    secretsFolder: resolve(folder, parsed.secrets.folder),
    secretCommands: parsed.secrets.commands,
    connections,
  };
}

/** On a server that others use too, a queue of this project's own. */
function defaultQueue(service: string, { temporal }: ProjectFile['connections']): string {
  return temporal?.isOwn === true ? 'runsheet' : service;
}

/** Of a file in another form nothing else can be said. */
function otherSchema(value: unknown, yaml: YamlFile): Diagnostic | null {
  const isObject = typeof value === 'object' && value !== null;
  const schema: unknown = isObject && 'schema' in value ? value.schema : PROJECT_SCHEMA;
  if (schema === PROJECT_SCHEMA) return null;
  const named = { where: 'schema', reads: PROJECT_SCHEMA };
  const place = yaml.locate(['schema']);
  return Number.isInteger(schema) && Number(schema) > PROJECT_SCHEMA
    ? diagnose('BAD_PROJECT_FILE', 'newerSchema', { ...named, schema: Number(schema) }, place)
    : diagnose('BAD_PROJECT_FILE', 'schema', named, place);
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function notUtf8(): Diagnostic {
  return diagnose('NOT_UTF8', 'file', {}, { place: { file: PROJECT_FILE, line: 1, column: 1 } });
}

function noProjectFile(folder: string): Diagnostic {
  return diagnose('NO_PROJECT_FILE', 'folder', { folder, file: PROJECT_FILE });
}

/** What the worker process shows of itself: of its projects, or of its variables, which win. */
import { resolve } from 'node:path';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Environment } from './environment.ts';
import type { ProjectFile, TelemetrySettings } from './project-file.ts';
import { diagnosticOf, inBothLanguages } from './schema-messages.ts';
import { telemetryFields } from './telemetry-schema.ts';

const VARIABLES = {
  metrics: 'RUNSHEET_METRICS',
  health: 'RUNSHEET_HEALTH',
  traces: 'RUNSHEET_TRACES',
  otlp: 'OTEL_EXPORTER_OTLP_ENDPOINT',
} as const satisfies Record<keyof TelemetrySettings, string>;

type Name = keyof typeof VARIABLES;
const NAMES = Object.keys(VARIABLES) as readonly Name[];

export type ReadTelemetry =
  | { readonly telemetry: TelemetrySettings; readonly diagnostics: readonly [] }
  | { readonly telemetry: null; readonly diagnostics: readonly Diagnostic[] };

/** One process has one of each: projects that say different things are refused, with both. */
export function readTelemetry(
  projects: readonly Pick<ProjectFile, 'folder' | 'telemetry'>[],
  environment: Environment,
): ReadTelemetry {
  const diagnostics: Diagnostic[] = [];
  const found: { -readonly [N in Name]?: string } = {};
  for (const name of NAMES) {
    const given = environment[VARIABLES[name]];
    if (given !== undefined && given !== '') {
      diagnostics.push(...problemsOf(name, given));
      found[name] = name === 'traces' ? resolve(given) : given;
      continue;
    }
    const said = projects.flatMap(({ folder, telemetry }) => {
      const value = telemetry[name];
      if (value === undefined) return [];
      return [{ folder, value: name === 'traces' ? resolve(folder, value) : value }];
    });
    const [first] = said;
    const other = said.find(({ value }) => value !== first?.value);
    if (first !== undefined && other !== undefined) {
      const told = { one: first.folder, other: other.folder, variable: VARIABLES[name] };
      diagnostics.push(diagnose('BAD_PROJECT_FILE', 'telemetryDiffers', { key: name, ...told }));
    }
    if (first !== undefined) found[name] = first.value;
  }
  return diagnostics.length > 0
    ? { telemetry: null, diagnostics }
    : { telemetry: found, diagnostics: [] };
}

function problemsOf(name: Name, value: string): readonly Diagnostic[] {
  const parsed = telemetryFields.safeParse({ [name]: value }, { error: inBothLanguages });
  return (parsed.error?.issues ?? []).map(({ message }) => diagnosticOf(message, VARIABLES[name]));
}

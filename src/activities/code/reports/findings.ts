import type { ReportFormat } from '../../../plan/settings.ts';
import { readEslint } from './eslint.ts';
import type { ToolReport } from './finding.ts';
import { readNpmAudit } from './npm-audit.ts';
import { readPipAudit } from './pip-audit.ts';
import { readSarif } from './sarif.ts';

const READERS: Record<ReportFormat, (text: string) => ToolReport> = {
  sarif: readSarif,
  eslint: readEslint,
  'npm-audit': readNpmAudit,
  'pip-audit': readPipAudit,
};

/** @throws ReportError where the text is no report of that format */
export function readFindings(format: ReportFormat, text: string): ToolReport {
  return READERS[format](text);
}

import { z } from 'zod';
import type { Finding, ToolReport } from './finding.ts';
import { parseJson } from './json.ts';
import { ReportError, type Words } from './report-error.ts';

const Message = z.looseObject({
  ruleId: z.string().nullish(),
  severity: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  fatal: z.boolean().nullish(),
  message: z.string(),
  line: z.number().nullish(),
});
const Result = z.looseObject({
  filePath: z.string(),
  messages: z.array(Message),
  errorCount: z.number().nullish(),
  fatalErrorCount: z.number().nullish(),
});
const Results = z.array(Result);

type Result = z.infer<typeof Result>;

/** Instead of findings, for a file that its settings leave out. */
const IGNORED = /^File ignored/;

/**
 * Reads ESLint's JSON. Severity 2 is level error. ESLint knows no severity of a vulnerability: an
 * error counts as high where its report is used for a security criterion. A file that could not be
 * parsed was not looked at, so the report measures nothing; neither does one without files.
 * @throws ReportError also where it counts more errors than it lists
 */
export function readEslint(text: string): ToolReport {
  const parsed = Results.safeParse(parseJson(text, 'ESLint JSON'));
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new ReportError({
      zh: `不是 ESLint 的 JSON 报告：${reason}`,
      en: `no ESLint report: ${reason}`,
    });
  }
  for (const result of parsed.data) refuseUnlisted(result);
  return { findings: parsed.data.flatMap(findingsOf), unmeasured: unmeasuredIn(parsed.data) };
}

function findingsOf(file: Result): readonly Finding[] {
  return file.messages
    .filter((message) => message.severity > 0)
    .map((message) => ({
      level: message.severity === 2 ? 'error' : 'warning',
      high: message.severity === 2,
      rule: message.ruleId ?? 'parse',
      text: message.message,
      place: placeOf(file, message.line),
    }));
}

function unmeasuredIn(results: readonly Result[]): Words | null {
  const isLookedAt = ({ messages }: Result): boolean =>
    !messages.some((message) => IGNORED.test(message.message));
  if (!results.some(isLookedAt)) {
    return { zh: 'ESLint 没有检查任何文件', en: 'ESLint looked at no file' };
  }
  for (const file of results) {
    const fatal = file.messages.find((message) => message.fatal === true);
    if (fatal === undefined && (file.fatalErrorCount ?? 0) === 0) continue;
    const place = placeOf(file, fatal?.line);
    const reason = fatal?.message ?? '';
    return {
      zh: `ESLint 无法解析 ${place}，没有检查该文件：${reason}`,
      en: `ESLint could not parse ${place} and has not checked it: ${reason}`,
    };
  }
  return null;
}

function refuseUnlisted({ filePath, messages, errorCount }: Result): void {
  const listed = messages.filter((message) => message.severity === 2).length;
  if ((errorCount ?? 0) <= listed) return;
  throw new ReportError({
    zh: `${filePath} 计有 ${errorCount} 个错误，只列出 ${listed} 个`,
    en: `${filePath} counts ${errorCount} errors and lists ${listed}`,
  });
}

function placeOf({ filePath }: Result, line: number | null | undefined): string {
  return line === undefined || line === null ? filePath : `${filePath}:${line}`;
}

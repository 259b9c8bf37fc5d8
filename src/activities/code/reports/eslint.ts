import { z } from 'zod';
import { type Finding, ReportError } from './finding.ts';
import { parseJson } from './json.ts';

const Message = z.looseObject({
  ruleId: z.string().nullish(),
  severity: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  fatal: z.boolean().optional(),
  message: z.string(),
  line: z.number().optional(),
});
const Results = z.array(z.looseObject({ filePath: z.string(), messages: z.array(Message) }));

/**
 * Reads ESLint's JSON. Severity 2 is level error. ESLint knows no severity of a vulnerability: an
 * error counts as high where its report is used for a security criterion.
 */
export function readEslint(text: string): readonly Finding[] {
  const parsed = Results.safeParse(parseJson(text, 'ESLint JSON'));
  if (!parsed.success) throw new ReportError(`no ESLint report: ${z.prettifyError(parsed.error)}`);
  return parsed.data.flatMap((file) =>
    file.messages
      .filter((message) => message.severity > 0)
      .map((message) => ({
        level: message.severity === 2 ? ('error' as const) : ('warning' as const),
        high: message.severity === 2,
        rule: message.ruleId ?? 'parse',
        text: message.message,
        place: message.line === undefined ? file.filePath : `${file.filePath}:${message.line}`,
      })),
  );
}

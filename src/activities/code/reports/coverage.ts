/** Line coverage out of a report; the format is seen from the text. */
import { readCobertura } from './cobertura.ts';
import { readIstanbul } from './istanbul.ts';
import { isLcov, readLcov } from './lcov.ts';
import type { Coverage } from './line-coverage.ts';
import { ReportError } from './report-error.ts';

/**
 * Out of Cobertura XML, LCOV or an Istanbul summary.
 * @throws ReportError where it is none of them, or holds what cannot be
 */
export function readCoverage(text: string): Coverage {
  const body = text.replace(/^\ufeff/, '').trimStart();
  if (isLcov(text)) return readLcov(text);
  if (/^\ufeff?[ \t]*</mu.test(text)) return readCobertura(text);
  if (/^\ufeff?[ \t]*\{/mu.test(text)) return readIstanbul(text);
  throw new ReportError(
    body === ''
      ? { zh: '覆盖率报告是空的', en: 'the coverage report is empty' }
      : {
          zh: '既不是 Cobertura、LCOV，也不是 Istanbul summary',
          en: 'neither Cobertura, LCOV nor Istanbul',
        },
  );
}

/** `--at`: a time says its zone, and nothing else is taken for one. */
import { describe, expect, it } from 'vitest';
import { readStartTime } from '../../src/cli/start-time.ts';
import { shownAtStart } from '../../src/cli/view/start.ts';
import { resolvedRun } from '../support/resolved-run.ts';

describe('the time at which a run begins', () => {
  it.each([
    ['2026-12-01T02:00+08:00', '2026-11-30T18:00:00.000Z'],
    ['2026-12-01 02:00:30+0800', '2026-11-30T18:00:30.000Z'],
    ['2026-11-30T18:00Z', '2026-11-30T18:00:00.000Z'],
    ['2027-01-01T00:30-03:30', '2027-01-01T04:00:00.000Z'],
    ['2028-02-29T12:00Z', '2028-02-29T12:00:00.000Z'],
  ])('%s', (text, utc) => {
    const read = readStartTime(text);
    expect(read === null ? null : new Date(read).toISOString()).toBe(utc);
  });

  it.each([
    '2026-12-01T02:00',
    '2026-12-01',
    '02:00+08:00',
    'tomorrow',
    '2026-02-30T02:00Z',
    '2026-13-01T02:00Z',
    '2026-12-01T24:30Z',
    '2026-12-01T02:60Z',
    '2026-12-01T02:00+15:00',
    '2026-12-01T02:00+08:75',
    '2026-12-01T02:00 Asia/Shanghai',
    '',
  ])('"%s" is none', (text) => {
    expect(readStartTime(text)).toBeNull();
  });
});

describe('what the Web UI shows of a run before it begins', () => {
  it('is in one language, within the limits of Temporal, whatever the number of servers', () => {
    const servers = Array.from({ length: 500 }, (_, index) => `app-server-${index}`);
    for (const language of ['zh', 'en'] as const) {
      const { summary, details, attributes } = shownAtStart(resolvedRun({ servers }, { language }));
      expect(summary).toBe('hello v2.1.0 → production');
      expect(details).toContain(language === 'zh' ? '服务器（500）' : 'servers (500)');
      expect(details).toContain('… +480');
      expect(Buffer.byteLength(details)).toBeLessThan(2_000);
      expect(attributes['RunsheetVersion']).toBe('v2.1.0');
    }
  });
});

import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

function load(from: string) {
  const email = JSON.stringify({ smtp: 'smtp://mail.example.com', from });
  return parseProject('/p', `service: app\nenvironments: {}\nchannels: { email: ${email} }\n`);
}

describe('B8 channels.email.from', () => {
  it.each(['Releases <a@example.com>', '发布 <a@example.com>', 'a@example.com', '<a@example.com>'])(
    'takes %s',
    (from) => {
      expect(load(from).project?.channels.email?.from).toBe(from);
    },
  );

  it.each(['Releases', 'Releases <>', 'Releases <a@b', 'a@example.com\r\nBcc: eve@example.com'])(
    'says what belongs there instead of %j',
    (from) => {
      const { project, diagnostics } = load(from);
      expect(project).toBeNull();
      expect(diagnostics[0]?.message.en).toContain('Releases <releases@example.com>');
    },
  );
});

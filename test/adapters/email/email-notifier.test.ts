import { afterEach, describe, expect, it } from 'vitest';
import { createEmailNotifier } from '../../../src/adapters/email/email-notifier.ts';
import { notifierContract, sampleNotification } from '../../contracts/notifier.ts';
import { listenMail, type MailListener } from '../../support/mail-listener.ts';
import { secretsOf } from '../../support/secrets.ts';

const open: MailListener[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

async function listenSmtp(password?: string, encrypts = false): Promise<MailListener> {
  const listener = await listenMail(password, encrypts);
  open.push(listener);
  return listener;
}

const base = { host: '127.0.0.1', from: 'runsheet@example.com', to: ['team@example.com'] };

notifierContract('email', async () => {
  const server = await listenSmtp();
  return {
    notifier: createEmailNotifier({ ...base, port: server.port }, secretsOf({})),
    received: async () => server.mails.map(({ subject, text }) => `${subject}\n${text}`),
    breakDown: () => server.close(),
  };
});

describe('email notifier', () => {
  it('writes to the people and the team, once each, logged in', async () => {
    const server = await listenSmtp('s3cret');
    const config = { ...base, port: server.port, user: 'bot', passwordRef: 'secret://mail' };
    const notifier = createEmailNotifier(config, secretsOf({ 'secret://mail': 's3cret' }));
    const bob = { name: 'Bob', email: 'bob@example.com' };
    const who = await notifier.notify(sampleNotification({ recipients: [bob, bob] }));
    expect(who).toBe('bob@example.com, team@example.com');
    expect(server.mails[0]?.text).toContain('runsheet approve deploy-1');
  });

  it('says what to type for each word that a question takes', async () => {
    const server = await listenSmtp();
    const notifier = createEmailNotifier({ ...base, port: server.port }, secretsOf({}));
    const answers = ['retry', 'rollback'].map((word) => ({ word, would: '' }));
    const request = { workflowId: 'deploy-1', requestId: 'request-1', step: 7, answers };
    await notifier.notify(sampleNotification({ kind: 'question', request }));
    for (const word of ['retry', 'rollback'])
      expect(server.mails[0]?.text).toContain(`runsheet answer deploy-1 ${word}`);
    expect(server.mails[0]?.text).not.toContain('runsheet approve');
  });

  it('reports a refused login without the password', async () => {
    const server = await listenSmtp('s3cret');
    const config = { ...base, port: server.port, user: 'bot', passwordRef: 'secret://mail' };
    const notifier = createEmailNotifier(config, secretsOf({ 'secret://mail': 'wr0ng' }));
    const error = await notifier.notify(sampleNotification()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'refused' });
    expect(String(error)).not.toContain('wr0ng');
  });

  // The same place by a name that is not taken for this machine's.
  const ELSEWHERE = '::ffff:127.0.0.1';

  it('S12 sends no password in clear to another machine, and says what to set', async () => {
    const server = await listenSmtp('s3cret');
    const secrets = secretsOf({ 'secret://mail': 's3cret' });
    const config = { ...base, port: server.port, user: 'bot', passwordRef: 'secret://mail' };
    const away = createEmailNotifier({ ...config, host: ELSEWHERE }, secrets);
    await expect(away.notify(sampleNotification())).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('offers no encryption (STARTTLS)'),
      remedy: expect.stringContaining('smtps://'),
    });
    expect(server.mails).toEqual([]);
    await createEmailNotifier(config, secrets).notify(sampleNotification());
    expect(server.mails).toHaveLength(1);
  });

  it('S12 sends without a password wherever the server is', async () => {
    const server = await listenSmtp();
    const config = { ...base, port: server.port, host: ELSEWHERE };
    await createEmailNotifier(config, secretsOf({})).notify(sampleNotification());
    expect(server.mails).toHaveLength(1);
  });

  it.each([base.host, ELSEWHERE])(
    'B8 tells why the certificate of %s is not taken',
    async (host) => {
      const server = await listenSmtp(undefined, true);
      const notifier = createEmailNotifier({ ...base, host, port: server.port }, secretsOf({}));
      await expect(notifier.notify(sampleNotification())).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/certificate/u),
        remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      });
    },
  );

  it.each([
    'Releases <a@example.com>',
    '"Releases, daily" <a@example.com>',
    '发布 <a@example.com>',
    'a@example.com',
  ])('B8 sends from %s', async (from) => {
    const server = await listenSmtp();
    const notifier = createEmailNotifier({ ...base, from, port: server.port }, secretsOf({}));
    await notifier.notify(sampleNotification());
    expect(server.mails[0]?.from?.value[0]?.address).toBe('a@example.com');
  });

  it('shows typed text as text, in HTML and in the subject', async () => {
    const server = await listenSmtp();
    const title = 'v1\r\nBcc: eve@example.com <script>x</script>';
    await createEmailNotifier({ ...base, port: server.port }, secretsOf({})).notify(
      sampleNotification({ title, lines: ['<img src=x onerror=alert(1)>\u001b[2J'] }),
    );
    const [mail] = server.mails;
    expect(mail?.bcc).toBeUndefined();
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail?.html).not.toContain('<script>');
    expect(mail?.text).not.toContain('\u001b');
  });

  it('refuses to send to nobody', async () => {
    const notifier = createEmailNotifier({ ...base, to: [], port: 1 }, secretsOf({}));
    const nobody = sampleNotification({ recipients: [{ name: 'Bob' }] });
    await expect(notifier.notify(nobody)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

/** The lab's service as images of a repository of our own, each with a behaviour. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker, machine } from '../../support/machine.ts';
import { run } from '../../support/shell.ts';
import { digestOfTag } from '../../verifier/registry.ts';

const SERVICE = fileURLToPath(new URL('../../service', import.meta.url));

export interface Behaviour {
  /** As service.pl knows them. */
  readonly behaviour?: string;
  /** Bytes of noise in each of as many layers. */
  readonly layers?: readonly number[];
  /** As CI gives them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Lines of the Dockerfile, after its own. */
  readonly more?: string;
}

/** Builds and pushes with the engine's own client. @returns the digest that the lab's registry gives */
export async function pushImage(
  repository: string,
  tag: string,
  { behaviour = 'good', layers = [0], labels = {}, more = '' }: Behaviour = {},
): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'runsheet-lab-image-'));
  try {
    copyFileSync(join(SERVICE, 'service.pl'), join(context, 'service.pl'));
    writeFileSync(join(context, 'release.conf'), `version=${tag}\nbehaviour=${behaviour}\n`);
    for (const [index, bytes] of layers.entries()) {
      await run([
        'sh',
        '-c',
        `head -c ${bytes} /dev/urandom > "$1"`,
        'sh',
        join(context, `n${index}`),
      ]);
    }
    const copies = layers.map((_bytes, index) => `COPY n${index} /srv/n${index}`).join('\n');
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM ${machine().baseImage}\n${copies}\nCOPY service.pl release.conf /srv/\n` +
        'EXPOSE 8080\nENTRYPOINT ["/usr/bin/perl", "/srv/service.pl"]\n' +
        more,
    );
    const reference = `${machine().pushRegistry}/${repository}:${tag}`;
    const labelled = Object.entries(labels).flatMap(([name, value]) => [
      '--label',
      `${name}=${value}`,
    ]);
    await docker('build', '-q', ...labelled, '-t', reference, context);
    await docker('push', '-q', reference);
    const digest = await digestOfTag(repository, tag);
    if (digest === null) throw new Error(`the registry has no ${repository}:${tag}`);
    return digest;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

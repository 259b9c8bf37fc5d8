/** What an adapter refuses is said in the words of the catalogue, so that it is in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/diagnostics/catalogue/index.ts';
import { BALANCERS } from '../../src/diagnostics/catalogue/unnamed/balancers.ts';
import { CHANNELS } from '../../src/diagnostics/catalogue/unnamed/channels.ts';
import { DOCKER_ENGINE } from '../../src/diagnostics/catalogue/unnamed/docker.ts';
import { STORED } from '../../src/diagnostics/catalogue/unnamed/files.ts';
import { NGINX } from '../../src/diagnostics/catalogue/unnamed/nginx.ts';
import { PROCESSES } from '../../src/diagnostics/catalogue/unnamed/processes.ts';
import { REGISTRY } from '../../src/diagnostics/catalogue/unnamed/registry.ts';
import { REQUESTS } from '../../src/diagnostics/catalogue/unnamed/requests.ts';
import { SERVERS } from '../../src/diagnostics/catalogue/unnamed/servers.ts';
import { SOURCES } from '../../src/diagnostics/catalogue/unnamed/sources.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Takes the catalogue's words. */
const FROM_CATALOGUE = 'adapters/refusal.ts';
/** Stand in for the world in tests: no run reads what they say. */
const STAND_INS = /^adapters\/(?:fake\/|[a-z]+\/fake-)/u;
const MADE_HERE = /\bnew PortError\s*\(/u;

function madeHere(sources: ReadonlyMap<string, string>): string[] {
  const found = [...sources].filter(([, text]) => MADE_HERE.test(text)).map(([path]) => path);
  return found.filter((path) => path !== FROM_CATALOGUE && !STAND_INS.test(path));
}

const paths = (readdirSync(SRC, { recursive: true }) as string[]).filter((path) =>
  path.endsWith('.ts'),
);
const sources = new Map(paths.map((path) => [path, readFileSync(`${SRC}${path}`, 'utf8')]));

describe('errors of ports', () => {
  it('are made of the catalogue, in one place', () => {
    expect(MADE_HERE.test(sources.get(FROM_CATALOGUE) ?? '')).toBe(true);
    expect(madeHere(sources)).toEqual([]);
  });

  it('made elsewhere are found', () => {
    const text = "throw new PortError('invalid', 'x', 'No.', 'Do.');";
    const more = new Map([
      ['adapters/git/git-file.ts', text],
      ['adapters/fake/fake-world.ts', text],
      ['adapters/registry/fake-registry.ts', text],
    ]);
    expect(madeHere(more)).toEqual(['adapters/git/git-file.ts']);
  });

  it('without a name are all there where the topics come together', () => {
    const topics = [
      SERVERS,
      DOCKER_ENGINE,
      PROCESSES,
      REGISTRY,
      BALANCERS,
      NGINX,
      STORED,
      SOURCES,
      CHANNELS,
      REQUESTS,
    ];
    const said = topics.flatMap((topic) =>
      Object.entries(topic).flatMap(([kind, sentences]) =>
        Object.keys(sentences).map((variant) => `${kind} ${variant}`),
      ),
    );
    const kinds = ['UNAVAILABLE', 'UNREACHABLE', 'NOT_FOUND', 'REFUSED', 'CONFLICT', 'INVALID'];
    const merged = kinds.flatMap((kind) =>
      Object.keys(CATALOGUE[kind as keyof typeof CATALOGUE].messages).map(
        (variant) => `${kind} ${variant}`,
      ),
    );
    expect(merged.toSorted()).toEqual(said.toSorted());
  });
});

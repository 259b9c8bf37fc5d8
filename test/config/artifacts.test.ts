/** Where artifacts are kept: what runsheet.yaml may say, and what it is told where it says something else. */
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const REST = 'service: shop\nenvironments: { production: { servers: [app-server-1] } }\n';
const S3 = 'kind: s3, endpoint: http://127.0.0.1:9000, bucket: runs, access_key: K';
const SECRET = 'secret_key: secret://file/s3';

function parsed(artifacts: string) {
  return parseProject('/p', `${REST}artifacts: ${artifacts}\n`);
}

describe('artifacts', () => {
  it('are in a folder of the project without being set', () => {
    const { project } = parseProject('/p', REST);
    expect(project?.connections.artifacts).toEqual({ kind: 'folder', folder: '/p/.runsheet/runs' });
  });

  it.each([
    ['{ folder: kept }', { kind: 'folder', folder: '/p/kept' }],
    ['{ kind: folder, folder: /mnt/kept }', { kind: 'folder', folder: '/mnt/kept' }],
    [
      '{ kind: database, url: postgres://db/runs }',
      { kind: 'database', url: 'postgres://db/runs' },
    ],
    [
      `{ ${S3}, ${SECRET}, prefix: shop/a, region: eu-west-1, path_style: false }`,
      {
        kind: 's3',
        endpoint: 'http://127.0.0.1:9000',
        bucket: 'runs',
        prefix: 'shop/a',
        region: 'eu-west-1',
        accessKey: 'K',
        secretKey: 'secret://file/s3',
        pathStyle: false,
      },
    ],
  ])('%s is taken', (text, artifacts) => {
    expect(parsed(text)).toMatchObject({
      diagnostics: [],
      project: { connections: { artifacts } },
    });
  });

  it.each([
    ['{ kind: bucket }', 'folder, database', 'folder、database'],
    ['{ kind: database, folder: kept }', 'artifacts.folder', 'artifacts.folder'],
    ['{ folder: kept, bucket: runs }', 'artifacts.bucket', 'artifacts.bucket'],
    [`{ ${S3}, ${SECRET}, url: postgres://db/runs }`, 'artifacts.url', 'artifacts.url'],
    ['{ kind: database, url: mysql://db/runs }', 'artifacts.url', 'artifacts.url'],
    [`{ ${S3} }`, 'artifacts.secret_key', 'artifacts.secret_key'],
    // A secret is named, never written down.
    [`{ ${S3}, secret_key: hunter2 }`, 'artifacts.secret_key', 'artifacts.secret_key'],
    [`{ ${S3}, ${SECRET}, prefix: /a }`, 'artifacts.prefix', 'artifacts.prefix'],
    [`{ ${S3}, ${SECRET}, prefix: a//b }`, 'artifacts.prefix', 'artifacts.prefix'],
    [`{ ${S3}, ${SECRET}, prefix: ../b }`, 'artifacts.prefix', 'artifacts.prefix'],
    [
      `{ ${S3.replace('bucket: runs', 'bucket: Runs_')}, ${SECRET} }`,
      'artifacts.bucket',
      'artifacts.bucket',
    ],
    [
      `{ ${S3.replace(':9000', ':9000/runs')}, ${SECRET} }`,
      'artifacts.endpoint',
      'artifacts.endpoint',
    ],
    [`{ ${S3.replace('http:', 'ftp:')}, ${SECRET} }`, 'artifacts.endpoint', 'artifacts.endpoint'],
    [
      `{ ${S3.replace('http://', 'http://u:hunter2@')}, ${SECRET} }`,
      'artifacts.endpoint',
      'artifacts.endpoint',
    ],
    ['{ kind: database, url: "https://u:hunter2@db/runs" }', 'postgres://', 'postgres://'],
    ['{ folder: kept, keep: 3 }', 'keep', 'keep'],
  ])('%s is refused, with its place', (text, en, zh) => {
    const { project, diagnostics } = parsed(text);
    expect(project).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message.en).toContain(en);
    expect(diagnostics[0]?.message.zh).toContain(zh);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });
});

/** The upstream file of docs/operations.md is one that nginx takes and that we read as the text says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { parseUpstreams } from '../../../src/adapters/nginx/upstream-file.ts';
import { RunningNginx } from './support/running-nginx.ts';

const running: RunningNginx[] = [];
afterAll(async () => {
  for (const nginx of running) await nginx.close();
});

it.each(['docs/operations.md', 'docs/zh/operations.md'])('%s', async (page) => {
  const text = readFileSync(page, 'utf8');
  const file = /```nginx\n([\s\S]*?)```/u.exec(text)?.[1] ?? '';
  const nginx = await RunningNginx.start({ servers: ['server 127.0.0.1:1;'] });
  running.push(nginx);
  writeFileSync(nginx.upstreamFile.replace('app.conf', 'production.conf'), file);
  await nginx.say('-t', '-q');
  const [upstream] = parseUpstreams(file);
  expect(upstream?.name).toBe('production');
  expect(upstream?.servers.map((each) => [each.address, each.label, each.isDown])).toEqual([
    ['10.0.0.11:8080', null, false],
    ['10.0.0.12:8080', null, false],
    ['192.168.7.3:9000', 'app-server-3', false],
    ['10.0.1.14:9000', null, true],
  ]);
});

/** The faults of `demo --fail`: in the world around the run (source, people, traffic, network), never in the program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Localized } from '../../diagnostics/diagnostic.ts';

export interface Fault {
  /** The value of --fail. */
  readonly key: string;
  readonly step: number;
  readonly exitCode: 3 | 4;
  readonly text: Localized;
  /** Changes the demo's own copy of the sample before v2 is deployed. */
  readonly breakSource?: (projectFolder: string) => void;
  /** The approver rejects the run. */
  readonly rejects?: true;
  /** Requests under way when step 6 begins, one on each server that stops, that take this long, in milliseconds. */
  readonly slowRequestMs?: number;
  /** The load balancer loses its connection to this server once the new version runs there. */
  readonly unreachableServer?: string;
}

/** 6 of the sample's 100 tests: 94% pass, and the run sheet requires 95%. */
const BROKEN_ROWS = 6;

const FAULTS: readonly Fault[] = [
  {
    key: '1',
    step: 1,
    exitCode: 3,
    text: {
      zh: '源代码中有一处严重问题（eval）',
      en: 'the source contains a serious finding (eval)',
    },
    breakSource: (folder) =>
      writeFileSync(
        join(folder, 'src/plugin.mjs'),
        '/** Runs what a customer sends. */\nexport const run = (text) => eval(text);\n',
      ),
  },
  {
    key: '2',
    step: 2,
    exitCode: 3,
    text: {
      zh: '100 个测试中有 6 个失败（通过率 94%）',
      en: '6 of 100 tests fail (94% pass)',
    },
    breakSource: (folder) => {
      const file = join(folder, 'tests/quotes.json');
      const rows = JSON.parse(readFileSync(file, 'utf8')) as { cents: number }[];
      const broken = rows.map((row, index) =>
        index < BROKEN_ROWS ? { ...row, cents: row.cents + 1 } : row,
      );
      writeFileSync(file, JSON.stringify(broken));
    },
  },
  {
    key: '3',
    step: 3,
    exitCode: 3,
    text: {
      zh: '构建失败：发布清单中的一个文件不存在',
      en: 'the build fails: the release lists a file that does not exist',
    },
    breakSource: (folder) =>
      replaceIn(folder, 'release.json', '"src/server.mjs"', '"src/server.mjs", "src/missing.mjs"'),
  },
  {
    key: '5',
    step: 5,
    exitCode: 4,
    text: { zh: '审批人拒绝', en: 'the approver rejects' },
    rejects: true,
  },
  {
    key: '6',
    step: 6,
    exitCode: 3,
    text: {
      zh: '每台服务器上有一个需要 40 秒的请求，超过操作单允许的 30 秒',
      en: 'each server has a request that takes 40 s, longer than the 30 s that the run sheet allows',
    },
    slowRequestMs: 40_000,
  },
  {
    key: '7',
    step: 7,
    exitCode: 3,
    text: { zh: '新版本启动后立即退出', en: 'the new version exits as soon as it starts' },
    breakSource: (folder) =>
      replaceIn(folder, 'src/behaviour.mjs', 'exitCodeAtStart: null', 'exitCodeAtStart: 1'),
  },
  {
    key: '8',
    step: 8,
    exitCode: 3,
    text: { zh: '新版本对请求返回 500', en: 'the new version answers requests with 500' },
    breakSource: (folder) => replaceIn(folder, 'src/behaviour.mjs', 'status: 200', 'status: 500'),
  },
  {
    key: '8:slow',
    step: 8,
    exitCode: 3,
    text: { zh: '新版本 700 毫秒后才应答', en: 'the new version takes 700 ms to answer' },
    breakSource: (folder) =>
      replaceIn(folder, 'src/behaviour.mjs', 'latencyMs: 0', 'latencyMs: 700'),
  },
  {
    key: '9',
    step: 9,
    exitCode: 3,
    text: {
      zh: '负载均衡无法连接 app-server-3',
      en: 'the load balancer cannot reach app-server-3',
    },
    unreachableServer: 'app-server-3',
  },
];

/** The values of --fail, in the order of the steps. */
export const FAULT_KEYS: readonly string[] = FAULTS.map((fault) => fault.key);

/** @returns null for an unknown key */
export function faultNamed(key: string): Fault | null {
  return FAULTS.find((fault) => fault.key === key) ?? null;
}

function replaceIn(folder: string, path: string, from: string, to: string): void {
  const file = join(folder, path);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from))
    throw new Error(`${path} no longer contains ${from}; the demo cannot break it`);
  writeFileSync(file, text.replace(from, to));
}

/**
 * The Web UI's page of a run, in headless Chromium. With RUNSHEET_PICTURES=1 the pictures of the
 * documentation (docs/images) are taken anew.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import pc from 'picocolors';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderRunSheet } from '../../src/cli/view/run-sheet.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { Browser, findChromium } from './support/browser.ts';
import { PRODUCTION, type Stage, startStage } from './support/stage.ts';
import type { StageRun } from './support/stage-run.ts';
import { terminalPage } from './support/terminal-page.ts';

const IMAGES = new URL('../../docs/images/', import.meta.url);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const COLUMNS = 100;

const chromium = findChromium();
if (chromium === null) {
  const message =
    'Chromium is not installed: the Web UI is not looked at (apt-get install chromium)';
  if (!['', 'false'].includes(process.env['CI'] ?? '')) throw new Error(message);
  process.stderr.write(`${pc.yellow(message)}\n`);
}

describe.skipIf(chromium === null)('the Web UI', () => {
  let stage: Stage;
  let browser: Browser;
  let run: StageRun;
  let status: RunStatus;

  beforeAll(async () => {
    [stage, browser] = await Promise.all([startStage(), Browser.open(chromium ?? '')]);
    run = await stage.deploy(
      'production',
      'v2.1.0',
      { servers: [...PRODUCTION] },
      { id: 'quotes-v2.1.0' },
    );
    await run.until(({ approval }) => (approval?.delivered.length ?? 0) > 0);
    // So that the approval's timers are in the timeline.
    const events = async () => (await run.handle.fetchHistory()).events ?? [];
    const begun = async () => (await events()).some((each) => each.timerStartedEventAttributes);
    await vi.waitUntil(begun, { timeout: 30_000, interval: 50 });
    await run.approve('alice');
    const ended = await run.end();
    expect(ended.failure).toBeNull();
    status = ended.status;
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  async function pageOf(tab: string): Promise<string> {
    const { raw } = await run.handle.describe();
    const runId = raw.workflowExecutionInfo?.execution?.runId ?? '';
    return `${stage.env['TEMPORAL_UI_URL']}/namespaces/default/workflows/${run.id}/${runId}/${tab}`;
  }

  /** Waits until the page shows all of these texts. */
  async function showsAll(texts: readonly string[]): Promise<void> {
    const missing = async (): Promise<readonly string[]> => {
      const text = await browser.text();
      return texts.filter((each) => !text.includes(each));
    };
    await expect.poll(missing, { timeout: 45_000, interval: 500 }).toEqual([]);
  }

  it('names every step, server and phrase in the timeline', async () => {
    await browser.show(await pageOf('timeline'), { width: 1280, height: 2640 });
    const texts = status.steps.flatMap(({ number, tasks }) =>
      (tasks ?? []).map(({ server, text }) =>
        [number, server, text].filter((each) => each !== null).join(' '),
      ),
    );
    expect(texts.length).toBeGreaterThan(40);
    await showsAll([...texts, '5 审批超时']);
    await browser.evaluate(
      `[...document.querySelectorAll('button')].find((b) => b.innerText.includes('Descending'))?.click()`,
    );
    await showsAll(['Ascending']);
    await keep('web-ui.png', await browser.picture());
  });

  it('shows the run sheet with the names of all ten steps as current details', async () => {
    await browser.show(await pageOf('user-metadata'), { width: 1600, height: 1180 });
    await showsAll([
      ...status.steps.map(({ title }) => title),
      ...PRODUCTION,
      ...status.steps.flatMap(({ criteria }) => (criteria ?? []).map(({ text }) => text)),
    ]);
    await keep('web-ui-details.png', await browser.picture());
  });

  it('has the same run as a run sheet in the terminal', async () => {
    const lines = renderRunSheet(status, { language: 'zh', color: true, width: COLUMNS });
    const command = `runsheet status ${run.id} --watch`;
    await browser.show(terminalPage(command, lines), { width: 980, height: 100, scale: 2 });
    await showsAll(status.steps.map(({ title }) => title));
    const height = Number(await browser.evaluate('document.documentElement.scrollHeight'));
    await browser.show(terminalPage(command, lines), { width: 980, height, scale: 2 });
    await showsAll(status.steps.map(({ title }) => title));
    await keep('run.png', await browser.picture());
  });
});

async function keep(name: string, picture: Buffer): Promise<void> {
  expect(picture.subarray(0, 4)).toEqual(PNG);
  expect(picture.length).toBeGreaterThan(20_000);
  if (process.env['RUNSHEET_PICTURES'] !== '1') return;
  mkdirSync(IMAGES, { recursive: true });
  writeFileSync(new URL(name, IMAGES), picture);
}

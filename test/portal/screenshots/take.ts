// `npm run screenshots`: starts the sample app, and writes the README's pictures of the app to docs/images. Needs Chromium.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { DataSource } from 'typeorm';
import { startPostgres } from '../../../sample-app/src/postgres/start-postgres.js';
import { freePort } from '../../support/free-port.js';
import { addPastHours } from '../demo/past-hours.js';
import { launchChromium } from '../e2e/support/chromium.js';
import { registerMore } from './more-webhooks.js';

const ROOT = resolve(__dirname, '../../..');
const IMAGES = join(ROOT, 'docs/images');
/** Maximum size of a picture, because people read the README on phones, too. */
const MAX_BYTES = 150 * 1024;

/** For each picture: opens what it shows, starting at the list of webhooks. */
const PICTURES: Record<string, (page: Page) => Promise<void>> = {
  webhooks: async (page) => {
    await page.getByRole('row', { name: /crm/ }).getByText('Failing').waitFor();
    // The page loads the figures and the latest deliveries after the rows.
    await page
      .getByText(/% delivered$/)
      .nth(3)
      .waitFor();
    await page.getByText(/ ago$/).nth(3).waitFor();
  },
  webhook: async (page) => {
    await page.getByRole('link', { name: /crm/ }).first().click();
    await page
      .getByText(/Your server/)
      .first()
      .waitFor();
  },
  delivery: async (page) => {
    await page.getByRole('link', { name: /crm/ }).first().click();
    await page.getByRole('link', { name: 'Show a delivery with this problem' }).click();
    await page.getByRole('region', { name: 'Response' }).waitFor();
  },
};

async function main(): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
  const postgres = await startPostgres({ durable: false, lingerMs: 1000 });
  const port = await freePort();
  const sample = startSample(folder, port, postgres.url);
  try {
    const link = await linkOf(sample);
    await registerMore(`http://127.0.0.1:${port}/api/v1`, `http://127.0.0.1:${port + 1}`);
    const dataSource = await new DataSource({ type: 'postgres', url: postgres.url }).initialize();
    await addPastHours(dataSource);
    await dataSource.destroy();
    const browser = await launchChromium();
    try {
      for (const colorScheme of ['light', 'dark'] as const) await takeAll(browser, link, colorScheme);
    } finally {
      await browser.close();
    }
  } finally {
    if (sample.exitCode === null) {
      sample.kill('SIGTERM');
      await once(sample, 'exit');
    }
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startSample(cwd: string, port: number, databaseUrl: string): ChildProcess {
  const program = [
    '--require',
    join(ROOT, 'test/support/from-source.js'),
    join(ROOT, 'sample-app/src/main.ts'),
  ];
  const env = { ...process.env, PORT: String(port), DATABASE_URL: databaseUrl };
  return spawn(process.execPath, program, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The link that the sample prints. The rest of the sample's output is read and dropped. */
function linkOf(sample: ChildProcess): Promise<string> {
  return new Promise((found, reject) => {
    sample.once('exit', (code) => reject(new Error(`The sample has ended with ${code}`)));
    createInterface({ input: sample.stdout! }).on('line', (line) => {
      const [, link] = /^Webhooks page: (\S+)$/.exec(line) ?? [];
      if (link !== undefined) found(link);
    });
  });
}

async function takeAll(browser: Browser, link: string, colorScheme: 'light' | 'dark'): Promise<void> {
  for (const [name, show] of Object.entries(PICTURES)) {
    const viewport = { width: 1280, height: 800 };
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(link);
    await show(page);
    await page.waitForLoadState('networkidle');
    const path = join(IMAGES, `${name}-${colorScheme}.png`);
    await page.screenshot({ path });
    await context.close();
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MAX_BYTES}`);
    console.log(`${path}  ${Math.round(size / 1024)} KB`);
  }
}

void main();

import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `null`: there is no Chromium on this machine. CHROMIUM names one. */
const executablePath = process.env.CHROMIUM ?? PATHS.find((path) => existsSync(path)) ?? null;

const QUIET = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Like `describe`. Where there is no Chromium, its tests are skipped, and the title says so. */
export function describeInChromium(title: string, tests: () => void): void {
  if (executablePath === null)
    describe.skip(`${title} (skipped: there is no Chromium; CHROMIUM names one)`, tests);
  else describe(title, tests);
}

export function launchChromium(): Promise<Browser> {
  // Chromium refuses to run as root in its sandbox, as CI does.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: executablePath!,
    args: [...QUIET, ...(isRoot ? ['--no-sandbox'] : [])],
  });
}

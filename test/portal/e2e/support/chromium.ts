import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path in CHROMIUM, or a Chromium on this machine. `null` if there is none. */
const executablePath = process.env.CHROMIUM ?? PATHS.find((path) => existsSync(path)) ?? null;

const QUIET = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Like `describe`. If there is no Chromium, skips the tests and says so in the title. */
export function describeInChromium(title: string, tests: () => void): void {
  if (executablePath === null)
    describe.skip(`${title} (skipped: there is no Chromium; set CHROMIUM to its path)`, tests);
  else describe(title, tests);
}

export function launchChromium(): Promise<Browser> {
  // Chromium refuses to run in its sandbox as root, and CI runs as root.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: executablePath!,
    args: [...QUIET, ...(isRoot ? ['--no-sandbox'] : [])],
  });
}

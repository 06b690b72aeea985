import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { PageFiles } from '../../../libs/webhooks/src/portal/page/page-files.js';

const LIBS = resolve(__dirname, '../../../libs');
const PAGE = resolve(LIBS, 'webhooks/dist/portal/files.cjs');

/**
 * Loads the page again whenever it is opened, and builds it first if its sources have changed. The module itself loads
 * the page only once.
 */
export function followSources(app: INestApplication): void {
  app.use('/webhooks-portal', (request: Request, _: Response, next: NextFunction) => {
    if (request.path === '/') reload(app.get(PageFiles));
    next();
  });
}

function reload(files: PageFiles): void {
  try {
    execFileSync(process.execPath, [resolve(LIBS, 'portal/build/build.js'), '--if-stale'], {
      stdio: 'inherit',
    });
  } catch (error) {
    // The compiler has printed what is wrong. The page stays as it was.
    console.error((error as Error).message);
  }
  delete require.cache[PAGE];
  Object.assign(files, { bundle: require(PAGE) as unknown, decoded: new Map() });
}

import type { INestApplicationContext } from '@nestjs/common';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';

/** Moves the database's clock on, as the module in `app` sees it. */
export function advanceClock(app: INestApplicationContext, ms: number): void {
  app.get<Store>(STORE, { strict: false }).advanceClock(ms);
}

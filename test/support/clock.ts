import type { INestApplicationContext } from '@nestjs/common';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';

/** Advances the database's clock as the module in `app` sees it. */
export function advanceClock(app: INestApplicationContext, ms: number): void {
  app.get<Store>(STORE, { strict: false }).advanceClock(ms);
}

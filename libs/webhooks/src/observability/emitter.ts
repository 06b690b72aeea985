import { EventEmitter } from 'node:events';
import { LineLogger } from '../core/line-logger.js';

/** In-process events by name. If a listener throws, its error is logged, and the other listeners are still called. */
export class Emitter<Events> {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly logger: LineLogger;

  constructor(logContext: string) {
    this.logger = new LineLogger(logContext);
  }

  /** Calls `listener` for each event of `name`. Returns a function that removes the listener. */
  on<Name extends keyof Events & string>(name: Name, listener: (event: Events[Name]) => void): () => void {
    this.emitter.on(name, listener);
    return () => void this.emitter.off(name, listener);
  }

  has(name: keyof Events & string): boolean {
    return this.emitter.listenerCount(name) > 0;
  }

  /** `detail` is logged with the error of a listener. */
  emit<Name extends keyof Events & string>(name: Name, event: Events[Name], detail = ''): void {
    // Not `emitter.emit`, because that stops at the first listener that throws.
    for (const listener of this.emitter.listeners(name)) {
      try {
        listener(event);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error);
        this.logger.error(`A listener of "${name}" threw${detail && ` on ${detail}`}: ${stack}`);
      }
    }
  }
}
